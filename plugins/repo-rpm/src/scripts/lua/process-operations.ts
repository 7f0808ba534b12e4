import { release, version } from 'node:os';
import { Errno } from './errno.ts';
import type { HostState, Operation, ProgramOptions } from './operation.ts';
import { LuaError, LuaExit, toBytes } from './protocol.ts';

function options({ files, variables }: HostState, stdin?: Uint8Array): ProgramOptions {
  return { cwd: files.cwd, env: Object.fromEntries(variables), ...(stdin === undefined ? {} : { stdin }) };
}

const shell = (command: string): readonly string[] => ['/bin/sh', '-c', command];
/** A status as wait(2) packs it. */
const packed = (status: number): number => (status > 128 ? status - 128 : status << 8);

/** What rpm.execute and rpm.spawn give back. */
function outcome(status: number): readonly (null | string | number)[] {
  return status === 0 ? [0] : [null, 'exit code', packed(status)];
}

const MISSING = [null, new Errno('ENOENT').message, 2] as const;

/** Whether a program is in the tree, by its path or in one of the directories that are searched. */
function isThere({ files, variables }: HostState, program: string): boolean {
  const directories = program.includes('/') ? [''] : (variables.get('PATH') ?? '').split(':').map((path) => `${path}/`);
  return directories.some((directory) => {
    try {
      return files.exists(directory + program);
    } catch (error) {
      // A directory above it is not there.
      if (error instanceof Errno) return false;
      throw error;
    }
  });
}

const PATHCONF = {
  link_max: 65000,
  max_canon: 255,
  max_input: 255,
  name_max: 255,
  path_max: 4096,
  pipe_buf: 4096,
  chown_restricted: 1,
  no_trunc: 1,
  vdisable: 0,
};
const SYSCONF = {
  arg_max: 2097152,
  child_max: 1024,
  clk_tck: 100,
  ngroups_max: 65536,
  stream_max: 16,
  tzname_max: -1,
  open_max: 1024,
  job_control: 1,
  saved_ids: 1,
  version: 200809,
};

export const PROCESS_OPERATIONS: { readonly [name: string]: Operation } = {
  system: async (state, args) => [await state.programs.run(shell(args.text(0)), options(state))],
  popen: async (state, args) => {
    const { status, output } = await state.programs.capture(shell(args.text(0)), options(state));
    return [Buffer.from(output).toString('latin1'), status];
  },
  exit: ({ forked }, args) => {
    if (!forked) throw new LuaError('exit not permitted in this context');
    throw new LuaExit(args.number(0) & 0xff);
  },
  getenv: ({ variables }, args) => [toBytesOrNil(variables.get(args.text(0)))],
  'rpm.execute': async (state, args) => {
    args.bytes(0);
    const argv = args.texts();
    if (!isThere(state, argv[0] as string)) return MISSING;
    return outcome(await state.programs.run(argv, options(state)));
  },
  /** `rpm.spawn({program, …}, {stdin=, stdout=, stderr=})`: files are named by path. */
  'rpm.spawn': async (state, { values }) => {
    const argv = (values[0] as readonly string[]).map((part) => Buffer.from(String(part), 'latin1').toString('utf8'));
    if (argv.length === 0) throw new LuaError("bad argument #1 to 'spawn' (command not supplied)");
    if (!isThere(state, argv[0] as string)) return MISSING;
    const [, stdin, stdout, stderr] = values.map((value) =>
      typeof value === 'string' ? Buffer.from(value, 'latin1').toString('utf8') : null,
    );
    const input = stdin ? state.files.read(stdin) : undefined;
    if (!stdout && !stderr) return outcome(await state.programs.run(argv, options(state, input)));
    // What is not wanted apart is printed by nobody: a file of /dev/null is the usual one.
    const { status, output } = await state.programs.capture(argv, options(state, input));
    if (stdout) state.files.write(stdout, output);
    return outcome(status);
  },
  'rpm.redirect2null': ({ forked }, args) => {
    if (!forked) throw new LuaError('redirect2null not permitted in this context');
    return [args.number(0)];
  },
  'posix.fork': async (state) => [state.forked ? -1 : await state.fork()],
  'posix.exec': async (state, args) => {
    if (!state.forked) throw new LuaError('exec not permitted in this context');
    throw new LuaExit(await state.programs.run(args.texts(), options(state)));
  },
  'posix.wait': ({ children }, args) => {
    const wanted = args.number(0);
    const pid = wanted === -1 ? children.keys().next().value : wanted;
    if (pid === undefined || !children.delete(pid)) throw new Errno('ECHILD');
    return [pid];
  },
  // There is nobody else in a script's world.
  'posix.kill': () => {
    throw new Errno('EPERM');
  },
  'posix.setuid': () => {
    throw new Errno('EPERM');
  },
  'posix.setgid': () => {
    throw new Errno('EPERM');
  },
  // Nothing happens meanwhile that could be waited for.
  'posix.sleep': () => [0],
  'posix.getenv': ({ variables }, args) => {
    if (!args.has(0)) return [Object.fromEntries([...variables].map(([name, value]) => [name, toBytes(value)]))];
    return [toBytesOrNil(variables.get(args.text(0)))];
  },
  'posix.setenv': ({ variables }, args) => {
    const keep = args.has(2) && args.values[2] === false;
    if (!keep || !variables.has(args.text(0))) variables.set(args.text(0), args.text(1));
    return [0];
  },
  'posix.putenv': ({ variables }, args) => {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(args.text(0)) ?? [];
    variables.set(name, value);
    return [0];
  },
  'posix.unsetenv': ({ variables }, args) => {
    variables.delete(args.text(0));
    return [];
  },
  'posix.ctermid': () => ['/dev/tty'],
  'posix.ttyname': () => [null],
  'posix.times': (_, args) => args.select(0, { utime: 0, stime: 0, cutime: 0, cstime: 0, elapsed: 0 }),
  'posix.pathconf': (_, args) => args.select(1, PATHCONF),
  'posix.sysconf': (_, args) => args.select(0, SYSCONF),
  'posix.uname': ({ environment }, args) => {
    const values: { [letter: string]: string } = {
      '%': '%',
      m: environment.arch,
      n: 'localhost',
      r: release(),
      s: 'Linux',
      v: version(),
    };
    const format = args.has(0) ? args.text(0) : '%s %n %r %v %m';
    return [
      format.replace(/%(.?)/gs, (_, letter: string) => {
        if (!Object.hasOwn(values, letter)) throw new LuaError(`bad argument #2 (unknown format option \`${letter}')`);
        return values[letter] as string;
      }),
    ];
  },
};

function toBytesOrNil(text: string | undefined): string | null {
  return text === undefined ? null : toBytes(text);
}
