import '../../examples/plugin/index.test.ts';
