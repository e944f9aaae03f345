-- wrk: one transaction a request, each with an event id of its own.
local threads = 0
function setup(thread)
  thread:set("thread_number", threads)
  threads = threads + 1
end
local sent = 0
function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end
function request()
  sent = sent + 1
  local id = string.format("%08x-%04x-4000-8000-%012x", RUN, thread_number, sent)
  return wrk.format(nil, nil, nil, '{"event_id":"' .. id .. (sent % EVERY == 0 and OTHER or BODY))
end
function done(summary, latency, requests)
  io.write(string.format('\nRESULT {"requests":%d,"seconds":%f,"errors":%d,"non2xx":%d,"p50_ms":%f,"p99_ms":%f}\n',
    summary.requests, summary.duration / 1e6,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    summary.errors.status, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
