-- Answers look-ups of one slot at one moment.
--
-- KEYS[1]: what every key of the slot begins with.
-- ARGV: four for each look-up: what is asked, the collection, and two arguments. Returns an answer for each.

local base = KEYS[1]
local WAITERS = '\0waiters'

local ask = {}
function ask.hash(key)
  return redis.call('HGETALL', key)
end
function ask.size(key)
  return redis.call('HLEN', key)
end
function ask.top(key, first, last)
  return redis.call('ZRANGE', key, first, last, 'WITHSCORES')
end
function ask.ascending(key, after, limit)
  return redis.call('ZRANGE', key, after, '+', 'BYLEX', 'LIMIT', 0, limit)
end
function ask.descending(key, after, limit)
  return redis.call('ZRANGE', key, after, '-', 'BYLEX', 'REV', 'LIMIT', 0, limit)
end
function ask.record(key)
  return redis.call('GET', key)
end
function ask.park(key, id, waiter, name)
  local record = redis.call('GET', key)
  if not record or string.match(record, '^%d+ 1 ') then
    redis.call('HSET', key .. WAITERS, id, waiter)
    redis.call('HSET', base, name .. WAITERS, '')
  end
  return record
end

local answers = {}
for i = 1, #ARGV, 4 do
  local name = ARGV[i + 1]
  answers[#answers + 1] = ask[ARGV[i]](base .. name, ARGV[i + 2], ARGV[i + 3], name)
end
return answers
