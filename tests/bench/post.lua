-- One genuine Teams channel post after another, each with an id of its own.
-- Arguments: three files, the post with @ID@, @USER@ and @NOW@ in it, the token, and seconds from real to desk time;
-- and, where several run at once, how many there are, which of them this is, and how many desks @DESK@ goes round.
-- An id is the moment of sending in microseconds, so that the connector can tell how long the card took.
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long micros; } moment;
  int gettimeofday(moment *now, void *zone);
]]
local now, last = ffi.new("moment"), 0
local post, headers, offset
local runs, run, desks, desk = 1, 0, 1, 0

local function read(path)
  local file = assert(io.open(path))
  local text = file:read("*a")
  file:close()
  return text
end

function init(args)
  post = read(args[1])
  offset = tonumber(read(args[3]))
  runs, run, desks = tonumber(args[4] or 1), tonumber(args[5] or 0), tonumber(args[6] or 1)
  headers = { ["Content-Type"] = "application/json; charset=utf-8", ["Authorization"] = "Bearer " .. read(args[2]) }
end

function request()
  ffi.C.gettimeofday(now, nil)
  local seconds, micros = tonumber(now.seconds), tonumber(now.micros)
  last = math.max(last + 1, seconds * 1000000 + micros)
  last = last + (run - last) % runs -- no two that run at once give the same id
  desk = (desk + 1) % desks
  local id = string.format("%.0f", last)
  local fill = {
    ID = id,
    DESK = string.format("%06d", desk + 1),
    USER = id:sub(-12),
    NOW = os.date("!%Y-%m-%dT%H:%M:%S", seconds + offset) .. string.format(".%03dZ", micros / 1000),
  }
  return wrk.format("POST", nil, headers, (post:gsub("@(%u+)@", fill)))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"seconds": %.6f, "turns": %d, "failed": %d, "p50_ms": %.3f, "p99_ms": %.3f}\n',
    summary.duration / 1e6, summary.requests - errors.status,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
