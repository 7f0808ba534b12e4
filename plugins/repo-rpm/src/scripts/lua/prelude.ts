import { MAX_FILE } from './limits.ts';

/**
 * The part of rpm's Lua that is Lua itself: files with their buffers, and everything else as calls of the host. Globals are those of rpm
 * 4.18 (docs/manual/lua.md, rpmio/rpmlua.c, rpmio/lposix.c) with `rpm.spawn` and `rpm.glob` of later versions. The original io, os and
 * package functions that reach outside are gone, and so is the way to the host.
 */
export const PRELUDE = `
local raw = __host
__host = nil
local pack, unpack, concat, insert = table.pack, table.unpack, table.concat, table.insert
local gsub, format, byte, find, sub = string.gsub, string.format, string.byte, string.find, string.sub
local load, type, tostring, tonumber, select, setmetatable, getmetatable, error, pairs, ipairs, pcall =
  load, type, tostring, tonumber, select, setmetatable, getmetatable, error, pairs, ipairs, pcall
local mathtype, huge = math.type, math.huge

local function quote(text)
  return '"' .. gsub(text, '[%c"\\\\\\127-\\255]', function(c) return format('\\\\u%04x', byte(c)) end) .. '"'
end
local function encode(value)
  local kind = type(value)
  if kind == 'string' then return quote(value) end
  if kind == 'boolean' then return tostring(value) end
  if kind == 'number' then
    if mathtype(value) == 'integer' then return format('%d', value) end
    if value ~= value or value == huge or value == -huge then return 'null' end
    return format('%.17g', value)
  end
  if kind ~= 'table' then return 'null' end
  local out = {}
  for i = 1, #value do out[i] = encode(value[i]) end
  return '[' .. concat(out, ',') .. ']'
end
local function finish(ok, ...)
  if not ok then error((...), 0) end
  return ...
end
local function call(operation, ...)
  local out = { quote(operation) }
  for i = 1, select('#', ...) do out[i + 1] = encode((select(i, ...))) end
  return finish(load(raw('[' .. concat(out, ',') .. ']'), '=host', 't', {})())
end
local function text(value, position, name)
  local kind = type(value)
  if kind == 'string' then return value end
  if kind == 'number' then return tostring(value) end
  error(format("bad argument #%d to '%s' (string expected, got %s)", position, name, value == nil and 'no value' or kind), 3)
end

-- files
local File = { __name = 'FILE*' }
File.__index = File
local open = {}
local function new(fields)
  fields.pos, fields.parts = 1, {}
  open[fields] = true
  return setmetatable(fields, File)
end
local function settle(f)
  if #f.parts == 0 then return end
  f.data = f.data .. concat(f.parts)
  f.parts, f.pos = {}, #f.data + 1
end
local function check(f)
  if getmetatable(f) ~= File then error('bad argument #1 (FILE* expected)', 3) end
  if f.closed then error('attempt to use a closed file', 3) end
end
function File:flush()
  check(self)
  settle(self)
  if not self.dirty then return self end
  self.dirty = false
  if #self.data > ${MAX_FILE} then return nil, (self.path or 'output') .. ': File too large', 27 end
  local ok, message, code = true, nil, nil
  if self.stream then call('out', self.data) self.data, self.pos = '', 1
  elseif self.append then
    ok, message, code = call('append', self.path, self.data)
    self.data, self.pos = '', 1
  elseif self.path then ok, message, code = call('write', self.path, self.data) end
  if not ok then return nil, message, code end
  return self
end
function File:close()
  check(self)
  local ok, message, code = self:flush()
  self.closed = true
  open[self] = nil
  if not ok then return nil, message, code end
  if self.status then return unpack(self.status, 1, 3) end
  return true
end
function File:write(...)
  check(self)
  if not self.writable then return nil, 'Bad file descriptor', 9 end
  for i = 1, select('#', ...) do
    local part = text((select(i, ...)), i, 'write')
    self.dirty = true
    if self.atEnd then settle(self) self.pos = #self.data + 1 end
    if self.stream or self.append or #self.parts > 0 or self.pos > #self.data then
      if self.pos > #self.data + 1 and #self.parts == 0 then
        self.data = self.data .. ('\\0'):rep(self.pos - #self.data - 1)
      end
      insert(self.parts, part)
    else
      self.data = sub(self.data, 1, self.pos - 1) .. part .. sub(self.data, self.pos + #part)
      self.pos = self.pos + #part
    end
  end
  if self.stream and #self.parts > 0 and find(self.parts[#self.parts], '\\n', 1, true) then self:flush() end
  return self
end
local function readOne(f, what)
  if type(what) == 'number' then
    if what == 0 then return f.pos <= #f.data and '' or nil end
    if f.pos > #f.data then return nil end
    local piece = sub(f.data, f.pos, f.pos + what - 1)
    f.pos = f.pos + #piece
    return piece
  end
  local kind = gsub(what, '^%*', '')
  kind = sub(kind, 1, 1)
  if kind == 'a' then
    local piece = sub(f.data, f.pos)
    f.pos = #f.data + 1
    return piece
  elseif kind == 'l' or kind == 'L' then
    if f.pos > #f.data then return nil end
    local stop = find(f.data, '\\n', f.pos, true)
    local line = sub(f.data, f.pos, stop and (kind == 'l' and stop - 1 or stop) or nil)
    f.pos = (stop or #f.data) + 1
    return line
  elseif kind == 'n' then
    local from, to = find(f.data, '^%s*[+-]?[%w.]+', f.pos)
    if not from then return nil end
    local number = tonumber(sub(f.data, from, to))
    f.pos = to + 1
    return number
  end
  error("bad argument #1 to 'read' (invalid format)", 4)
end
function File:read(...)
  check(self)
  if not self.readable then return nil, 'Bad file descriptor', 9 end
  settle(self)
  local count = select('#', ...)
  if count == 0 then return readOne(self, 'l') end
  local out = {}
  for i = 1, count do
    out[i] = readOne(self, (select(i, ...)))
    if out[i] == nil then return unpack(out, 1, i) end
  end
  return unpack(out, 1, count)
end
function File:lines(...)
  check(self)
  local formats = pack(...)
  return function() return self:read(unpack(formats, 1, formats.n)) end
end
function File:seek(whence, offset)
  check(self)
  settle(self)
  local from = { set = 1, cur = self.pos, ['end'] = #self.data + 1 }
  local start = from[whence or 'cur']
  if not start then error("bad argument #1 to 'seek' (invalid option)", 2) end
  local target = start + (offset or 0)
  if target < 1 then return nil, 'Invalid argument', 22 end
  self.pos = target
  return target - 1
end
function File:setvbuf() return true end
File.__tostring = function(f) return f.closed and 'file (closed)' or 'file' end
File.__close = function(f) if not f.closed then f:close() end end

local MODES = { r = 'r', w = 'w', a = 'a', ['r+'] = 'r+', ['w+'] = 'w+', ['a+'] = 'a+' }
local function openFile(path, mode)
  local plain = MODES[(gsub(mode or 'r', 'b', ''))]
  if not plain then error("bad argument #2 to 'open' (invalid mode)", 2) end
  local data, message, code = call('open', path, plain)
  if not data then return nil, message, code end
  local kind = sub(plain, 1, 1)
  return new({
    path = path, data = kind == 'a' and plain == 'a' and '' or data,
    readable = kind == 'r' or #plain > 1, writable = kind ~= 'r' or #plain > 1, append = plain == 'a',
    atEnd = plain == 'a+',
  })
end
local stdin = new({ data = '', readable = true })
local stdout = new({ data = '', writable = true, stream = true })
local stderr = new({ data = '', writable = true, stream = true })
local input, output = stdin, stdout
local function default(current, mode, given)
  if given == nil then return current end
  if type(given) ~= 'string' then return given end
  local f, message = openFile(given, mode)
  if not f then error(message, 3) end
  return f
end
local function popen(command, mode)
  if mode == 'w' then error("'popen' for writing is not supported in an image", 2) end
  local data, status = call('popen', text(command, 1, 'popen'))
  if not data then return nil, status, 2 end
  return new({ data = data, readable = true, status = { status == 0 or nil, 'exit', status } })
end
io = {
  stdin = stdin, stdout = stdout, stderr = stderr,
  open = function(path, mode) return openFile(text(path, 1, 'open'), mode) end,
  close = function(f) return (f or output):close() end,
  read = function(...) return input:read(...) end,
  write = function(...) return output:write(...) end,
  input = function(given) input = default(input, 'r', given) return input end,
  output = function(given) output = default(output, 'w', given) return output end,
  lines = function(path, ...)
    if path == nil then return input:lines(...) end
    local f, message = openFile(path, 'r')
    if not f then error("cannot open file '" .. path .. "' (" .. gsub(message, '^.*: ', '') .. ')', 2) end
    return f:lines(...)
  end,
  type = function(f) if getmetatable(f) ~= File then return nil end return f.closed and 'closed file' or 'file' end,
  tmpfile = function() return new({ data = '', readable = true, writable = true }) end,
  popen = popen,
}
local clock, date, difftime, time = os.clock, os.date, os.difftime, os.time
local function ran(status)
  if status == 0 then return true, 'exit', 0 end
  if status > 128 then return nil, 'signal', status - 128 end
  return nil, 'exit', status
end
local function flushAll() for f in pairs(open) do if f.dirty then f:flush() end end end
os = {
  clock = clock, date = date, difftime = difftime, time = time,
  setlocale = function(name) return (name == nil or name == '' or name == 'C') and 'C' or nil end,
  getenv = function(name) return call('getenv', text(name, 1, 'getenv')) end,
  remove = function(path) return call('remove', text(path, 1, 'remove')) end,
  rename = function(from, to) return call('rename', text(from, 1, 'rename'), text(to, 2, 'rename')) end,
  tmpname = function() return call('tmpname') end,
  execute = function(command)
    if command == nil then return true end
    flushAll()
    return ran(call('system', text(command, 1, 'execute')))
  end,
  exit = function(code) flushAll() return call('exit', code == nil and 0 or code == true and 0 or code or 1) end,
}
function print(...)
  local out = {}
  for i = 1, select('#', ...) do out[i] = tostring((select(i, ...))) end
  stdout:write(concat(out, '\\t'), '\\n')
end
function loadfile(path, mode, env)
  local f, message = openFile(text(path, 1, 'loadfile'), 'r')
  if not f then return nil, 'cannot open ' .. message end
  local source = f:read('a')
  f:close()
  return load(source, '@' .. path, 't', env or _G)
end
function dofile(path)
  local chunk, message = loadfile(path)
  if not chunk then error(message, 2) end
  return chunk()
end
local loaded = { _G = _G, string = string, table = table, math = math, utf8 = utf8, coroutine = coroutine, io = io, os = os }
package = { path = '/usr/lib/rpm/lua/?.lua', cpath = '', loaded = loaded, preload = {}, config = '/\\n;\\n?\\n!\\n-\\n' }
loaded.package = package
function require(name)
  if loaded[name] ~= nil then return loaded[name] end
  local loader, where = package.preload[name], ':preload:'
  if not loader then
    for pattern in package.path:gmatch('[^;]+') do
      where = gsub(pattern, '%?', (gsub(name, '%.', '/')))
      loader = loadfile(where)
      if loader then break end
    end
  end
  if not loader then error("module '" .. name .. "' not found", 2) end
  local value = loader(name, where)
  if value == nil then value = loaded[name] == nil and true or loaded[name] end
  loaded[name] = value
  return value
end

-- posix
posix = {}
for name in ([[access chdir chmod chown ctermid dir errno getcwd getenv getgroup getlogin getpasswd getprocessid kill link mkdir mkfifo
  pathconf putenv readlink rmdir setenv setgid setuid sleep stat symlink sysconf times ttyname umask uname unlink unsetenv utime]]):gmatch('%S+') do
  posix[name] = function(...) return call('posix.' .. name, ...) end
end
posix.version = 'ostrata'
local getgroup = posix.getgroup
function posix.getgroup(who)
  local group = getgroup(who)
  if not group then return nil end
  for i, member in ipairs(group.members) do group[i] = member end
  group.members = nil
  return group
end
function posix.files(path)
  local names, message, code = posix.dir(path)
  if not names then return nil, message, code end
  local i = 0
  return function() i = i + 1 return names[i] end
end
function posix.mkstemp(template)
  local path, message, code = call('posix.mkstemp', text(template, 1, 'mkstemp'))
  if not path then return nil, message, code end
  return openFile(path, 'r+'), path
end
function posix.fork() flushAll() return call('posix.fork') end
function posix.exec(...) flushAll() return call('posix.exec', ...) end
function posix.wait(pid) return call('posix.wait', pid or -1) end
function posix.redirect2null(fd) return call('rpm.redirect2null', fd) end

-- rpm
rpm = {}
for name in ('b64encode b64decode expand define undefine isdefined load redirect2null splitargs unsplitargs vercmp glob'):gmatch('%S+') do
  rpm[name] = function(...) return call('rpm.' .. name, ...) end
end
function rpm.interactive() error('not a tty', 0) end
function rpm.execute(...) flushAll() return call('rpm.execute', ...) end
function rpm.spawn(argv, actions)
  if type(argv) ~= 'table' then error("bad argument #1 to 'spawn' (table expected)", 2) end
  flushAll()
  local streams = actions or {}
  return call('rpm.spawn', argv, streams.stdin, streams.stdout, streams.stderr)
end
local Fd = { __name = 'rpm.fd' }
Fd.__index = Fd
function rpm.open(path, mode)
  local flags, io = (mode or 'r'):match('^([^.]*)%.?(.*)$')
  local plain = gsub(flags, '[T?bx]', '')
  local f, message = openFile(text(path, 1, 'open'), plain)
  if not f then error(gsub(message, ': ([^:]*)$', ' open failed: %1'), 0) end
  if find(flags, 'r', 1, true) and io ~= '' then f.data = call('decompress', path, io) end
  if not find(flags, 'r', 1, true) and find('gzdio bzdio xzdio zstdio', io, 1, true) and io ~= '' then
    error(path .. ' open failed: compressed files cannot be written in an image', 0)
  end
  return setmetatable({ file = f, path = path }, Fd)
end
function Fd:read(length) if length and length >= 0 then return self.file:read(length) or '' end return self.file:read('a') end
function Fd:write(data, length)
  local part = length and sub(data, 1, length) or data
  self.file:write(part)
  return #part
end
function Fd:flush() self.file:flush() return 0 end
function Fd:close() if self.file.closed then return -1 end self.file:close() return 0 end
function Fd:seek(whence, offset) return self.file:seek(whence, offset) end
function Fd:reopen(mode)
  self.file:close()
  self.file = rpm.open(self.path, mode).file
  return self
end
Fd.__tostring = function(fd) return fd.path end
Fd.__close = function(fd) if not fd.file.closed then fd.file:close() end end

local Ver = { __name = 'rpm.ver' }
function rpm.ver(...)
  local count = select('#', ...)
  if count ~= 1 and count ~= 3 then error('invalid number of arguments: ' .. count, 2) end
  local fields = call('rpm.ver', ...)
  return fields and setmetatable({ fields }, Ver)
end
local function fields(v) return rawget(v, 1) end
Ver.__index = function(v, key)
  if key ~= 'e' and key ~= 'v' and key ~= 'r' then error('invalid attribute: ' .. tostring(key), 2) end
  return fields(v)[key]
end
Ver.__newindex = function() error('attempt to change a version', 2) end
Ver.__tostring = function(v) return fields(v).evr end
local function order(a, b) return call('rpm.vercmp', fields(a).evr, fields(b).evr) end
Ver.__eq = function(a, b) return order(a, b) == 0 end
Ver.__lt = function(a, b) return order(a, b) < 0 end
Ver.__le = function(a, b) return order(a, b) <= 0 end

local hooks = {}
function rpm.register(name, hook)
  local handle = { name, hook }
  hooks[handle] = name
  return handle
end
function rpm.unregister(_, handle) hooks[handle] = nil end
function rpm.call(name, ...)
  for handle, hooked in pairs(hooks) do if hooked == name then handle[2]({ ... }) end end
end
macros = setmetatable({}, {
  __index = function(_, name) if rpm.isdefined(name) then return rpm.expand('%{' .. name .. '}') end end,
  __newindex = function(_, name, body)
    if body == nil then rpm.undefine(name) else rpm.define(name .. ' ' .. text(body, 2, 'define')) end
  end,
})
loaded.posix, loaded.rpm = posix, rpm
debug = { traceback = debug.traceback }

-- the script
local script, name, args, prefixes, files = call('start')
if prefixes then RPM_INSTALL_PREFIX = prefixes end
if files then
  local i = 0
  rpm.next_file = function() i = i + 1 return files[i] end
  rpm.input = rpm.next_file
end
local chunk, message = load('local opt, arg = ...;' .. script, '=' .. name, 't')
if not chunk then error(message, 0) end
local ended = pack(pcall(chunk, {}, args))
flushAll()
if not ended[1] then error(ended[2], 0) end
`;
