/**
 * A script that tries what rpm's Lua has and notes results in /etc/lua.log: run by rpm itself and by us, the notes must be the same. Each
 * line of `PROBES` is one chunk; its results are noted with their types, errors without the place that they name.
 */
const PROBES = String.raw`
return arg[1], arg[2], #arg, type(opt), math.type(arg[2])
return rpm.vercmp('1.0-1', '2.0-1'), rpm.vercmp('1:1', '2'), rpm.vercmp('1.0', '1.0'), rpm.vercmp('1~rc1', '1'), rpm.vercmp('1.0', '1.0-1')
return rpm.vercmp('', '1')
return tostring(rpm.ver('5:1.0-2')), rpm.ver('5:1.0-2').e, rpm.ver('1.0').e, rpm.ver(3, '5a', 1).r
return rpm.ver('1.0') < rpm.ver('2.0'), rpm.ver('1.0') == rpm.ver('1.0'), rpm.ver('2') <= rpm.ver('1'), rpm.ver('1-1') > rpm.ver('1-0')
return rpm.ver('1.0').x
return rpm.ver('1', '2')
return rpm.b64encode('hello world'), rpm.b64encode('a\0b', 0), rpm.b64decode('aGVsbG8='), rpm.b64decode('???')
return rpm.b64encode(('x'):rep(100)), rpm.b64encode(('x'):rep(30), 16)
return rpm.expand('%{_bindir} %{?nothere:no}%{!?nothere:yes} %% %{nothere}'), rpm.expand('%_sysconfdir/x')
rpm.define('probe_one 1') rpm.define('probe_one 2 %{_bindir}') local a = rpm.expand('%{probe_one}') rpm.undefine('probe_one') return a, rpm.expand('%probe_one'), rpm.isdefined('probe_one'), rpm.isdefined('probe_none')
macros.probe_two = 'deux' local a = macros.probe_two macros.probe_two = nil return a, macros.probe_two, macros._bindir
rpm.define('x')
return table.unpack(rpm.splitargs('a "b c" d\'e f\'g  h'))
return rpm.unsplitargs({'a', 'b c', "it's", ''})
return os.exit(3)
return posix.exec('/bin/true')
return rpm.redirect2null(1)
return rpm.interactive()
return posix.mkdir('/etc/probe'), posix.mkdir('/etc/probe'), posix.mkdir('/etc/none/x')
return posix.stat('/etc/probe', 'type'), posix.stat('/etc/probe', 'mode'), posix.stat('/etc/none', 'mode')
return posix.stat('/etc/probe', 'bogus')
local f = io.open('/etc/probe/file', 'w') f:write('one\n', 2, '\nthree') local ok = f:close() return ok, posix.stat('/etc/probe/file', 'size'), posix.stat('/etc/probe/file', 'mode'), posix.stat('/etc/probe/file', '_mode')
local f = io.open('/etc/probe/file') return f:read('l'), f:read('n'), f:read('L'), f:read('a'), f:read('a'), f:read('l'), f:close()
local f = io.open('/etc/probe/file', 'a') f:write('!') f:close() f = io.open('/etc/probe/file') local t = f:read('*a') f:close() return t
local f = io.open('/etc/probe/file', 'r+') f:write('ONE') local p = f:seek('cur') f:seek('end') f:write('?') f:seek('set', 1) local t = f:read(4) f:close() return p, t
local t = {} for line in io.lines('/etc/probe/file') do t[#t + 1] = line end return table.concat(t, '|')
return io.open('/etc/probe/none'), io.open('/etc/probe', 'w')
return io.open('/etc/probe/file', 'z')
return io.type(io.stdout), io.type(3), tostring(io.open('/etc/probe/file')):match('^file')
local f = io.open('/etc/probe/file') f:close() return pcall(f.read, f) and 1 or 'closed', io.type(f), tostring(f)
return io.lines('/etc/probe/none')
return posix.symlink('file', '/etc/probe/link'), posix.readlink('/etc/probe/link'), posix.stat('/etc/probe/link', 'type'), posix.readlink('/etc/probe/file')
return posix.symlink('file', '/etc/probe/link')
return posix.access('/etc/probe/link'), posix.access('/etc/probe/file', 'x'), posix.access('/etc/none', 'f'), posix.access('/etc/probe', 'rwx')
return posix.chmod('/etc/probe/file', 'u+x'), posix.stat('/etc/probe/file', 'mode'), posix.chmod('/etc/probe/file', 600), posix.stat('/etc/probe/file', 'mode')
return posix.chmod('/etc/probe/file', 'rw-r--r--'), posix.stat('/etc/probe/file', 'mode'), posix.chmod('/etc/probe/file', 'go-r,u=rw'), posix.stat('/etc/probe/file', 'mode')
return posix.chmod('/etc/probe/file', 'what')
return posix.chmod('/etc/none', 'u+x')
return posix.chown('/etc/probe/file', 7, 8), posix.stat('/etc/probe/file', 'uid'), posix.stat('/etc/probe/file', 'gid'), posix.chown('/etc/probe/file', 'mail', -1), posix.stat('/etc/probe/file', 'uid')
return posix.getpasswd('mail', 'uid'), posix.getpasswd('mail').dir, posix.getpasswd(0).name, posix.getpasswd('nobodyhere')
local g = posix.getgroup('wheel') return g.name, g.gid, g[1], g[2], g[3], posix.getgroup(12345)
local t = posix.dir('/etc/probe') table.sort(t) return table.concat(t, ',')
local t = {} for name in posix.files('/etc/probe') do t[#t + 1] = name end table.sort(t) return table.concat(t, ',')
return posix.dir('/etc/none')
return posix.link('/etc/probe/file', '/etc/probe/second'), posix.stat('/etc/probe/second', 'size')
return os.rename('/etc/probe/second', '/etc/probe/third'), os.remove('/etc/probe/third'), os.remove('/etc/probe/third')
return posix.rmdir('/etc/probe'), posix.unlink('/etc/none')
return posix.unlink('/etc/probe/link'), posix.stat('/etc/probe/link')
return posix.getcwd(), posix.chdir('/etc/probe'), posix.getcwd(), posix.stat('file', 'type'), posix.chdir('..'), posix.getcwd(), posix.chdir('/none')
return posix.chdir('/etc'), posix.stat('probe/../probe/file', 'type'), posix.chdir('/'), posix.getcwd()
return posix.umask(), posix.umask('rwx------'), posix.mkdir('/etc/probe/closed'), posix.stat('/etc/probe/closed', 'mode'), posix.umask('rwxr-xr-x')
return posix.setenv('PROBE', 'a b'), os.getenv('PROBE'), posix.getenv('PROBE'), posix.setenv('PROBE', 'c', false), posix.getenv('PROBE'), posix.unsetenv('PROBE'), os.getenv('PROBE')
return posix.putenv('PROBE2=x'), os.getenv('PROBE2')
return posix.errno() ~= nil
return posix.uname('%s %%'), type(posix.getprocessid('pid')), posix.getprocessid('euid')
return type(posix.times().elapsed), posix.sysconf('clk_tck'), posix.pathconf('/', 'name_max')
return posix.sleep(0)
return rpm.execute('/bin/sh', '-c', 'echo "$1" > /etc/probe/by-sh; test -f /etc/probe/file', 'sh', 'arg one'), posix.stat('/etc/probe/by-sh', 'size')
local a, _, c = rpm.execute('/bin/sh', '-c', 'exit 3') return a, c
local a, _, c = rpm.execute('/none/x') return a, c
local a, _, c = rpm.execute('nosuchprogram', 'x') return a, c
return rpm.execute('sh', '-c', 'exit 0')
return os.execute('exit 0'), os.execute('exit 4'), os.execute()
local f = io.open('/etc/probe/late', 'w') f:write('buffered') f:flush() os.execute('cat /etc/probe/late /etc/probe/late > /etc/probe/twice') local g = io.open('/etc/probe/twice') return g:read('a')
local f = io.popen('echo out; exit 2') local t = f:read('a') return t, f:close()
local pid = posix.fork() if pid == 0 then posix.exec('/bin/sh', '-c', 'echo child > /etc/probe/child') end return pid > 0, posix.wait(pid) == pid, posix.stat('/etc/probe/child', 'size')
local pid = posix.fork() if pid == 0 then local f = io.open('/etc/probe/fork', 'w') f:write('x') f:close() os.exit(0) end posix.wait(pid) return posix.stat('/etc/probe/fork', 'type')
return posix.wait(99999)
local f = rpm.open('/etc/probe/rpmio', 'w') local n = f:write('data data') f:close() f = rpm.open('/etc/probe/rpmio') local t = f:read(4) local u = f:read() f:close() return n, t, u
return rpm.open('/etc/none')
local f = rpm.open('/etc/packed.gz', 'r.gzdio') local t = f:read() f:close() return t
local v = {} local h = rpm.register('probe', function(a) v[#v + 1] = a[1] end) rpm.call('probe', 'x') rpm.unregister('probe', h) rpm.call('probe', 'y') return #v, v[1]
return string.format('%q %5.2f %d', 'a\n', 1.5, 3), ('abc'):rep(2, '-'), #'\u{20ac}', utf8.char(8364), '\xff\0\x01'
return 7 // 2, 7 % -3, 1e15, 2^53, 10 / 2, 0x7fffffffffffffff + 1, 3 | 4
goto done do return 'no' end ::done:: local c = 5 return c
return select('#', table.unpack({}, 1, 3)), next({}), type(load('return 1')), load('syntax error here')
return pcall(error, {}) , pcall(error, 'plain', 0)
return require('probe').value
return dofile('/usr/lib/rpm/lua/probe.lua').value, loadfile('/none')
return coroutine.wrap(function() coroutine.yield(posix.stat('/etc/probe', 'type')) end)()
return print('shown', 1, nil), io.write('') == io.stdout
return error('a\nb')
return undefined_function()
`
  .trim()
  .split('\n');

/** Probes of one line each as one script. */
export function probeScript(probes: readonly string[] = PROBES): string {
  const list = probes.map((probe) => `  ${long(probe)},`).join('\n');
  return `
local log = io.open('/etc/lua.log', 'w')
local function shown(value)
  if type(value) == 'string' then return (string.format('%q', value):gsub('\\n', 'n')) end
  return type(value) == 'table' and 'table' or math.type(value) == 'float' and string.format('%.14g', value) or tostring(value)
end
for i, probe in ipairs({
${list}
}) do
  log:flush()
  local chunk, problem = load(probe, '=probe', 't', setmetatable({ arg = arg, opt = opt }, { __index = _G }))
  local results = chunk and table.pack(pcall(chunk)) or { n = 2, false, problem }
  local out = {}
  for k = 1, results.n do out[k] = shown(results[k]) end
  if not results[1] then out[2] = out[2]:gsub('^"probe:%d+: ', '"') end
  log:write(i, ' ', table.concat(out, ' '), '\\n')
end
log:close()
`;
}

function long(text: string): string {
  return `[==[${text}]==]`;
}

export const PROBE_COUNT = PROBES.length;
export const probeAt = (index: number): string => PROBES[index] ?? '';
