#!/usr/lib/ostrata/node
'use strict';
require('./load.cjs')('@ostrata/cli/dist/ostree.js').ostreeMain(process.argv.slice(2));
