#!/usr/lib/ostrata/node
'use strict';
const [first] = process.argv.slice(2);
if (first === '--version' || first === '-V') {
  process.stdout.write(`ostrata @VERSION@ ${process.platform}-${process.arch} node-${process.version}\n`);
} else {
  require('./load.cjs')('@ostrata/cli/dist/main.js').main(process.argv.slice(2));
}
