import '../../examples/boot-extlinux/index.test.ts';
