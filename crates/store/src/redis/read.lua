-- Answers look-ups, those of one slot at one moment.
--
-- KEYS: for each slot, what every key of it begins with.
-- ARGV: for each slot, how many look-ups follow, and four for each of them: what is asked, the collection, and two arguments. Returns,
-- for each slot, an answer for each look-up.

local WAITERS = '\0waiters'

local ask = {}
function ask.hash(key)
  return redis.call('HGETALL', key)
end
function ask.member(key, member)
  local count = redis.call('HGET', key, member)
  return count and { member, count } or {}
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
function ask.park(key, id, waiter, base, name)
  local record = redis.call('GET', key)
  if not record or string.match(record, '^%d+ 1 ') then
    redis.call('HSET', key .. WAITERS, id, waiter)
    redis.call('HSET', base, name .. WAITERS, '')
  end
  return record
end

-- The answer, or an error that names the key at fault, since the call may be about many.
local function answer_to(what, base, name, first, second)
  local answered, found = pcall(ask[what], base .. name, first, second, base, name)
  if answered then
    return found
  end
  local text = type(found) == 'table' and found.err or found
  if string.find(text, '^WRONGTYPE') then
    error({ err = 'CORRUPT ' .. base .. name .. ' holds another type than this suite writes' })
  end
  error(found)
end

local answers = {}
local place = 1
for slot, base in ipairs(KEYS) do
  local found = {}
  for i = 1, tonumber(ARGV[place]) do
    local what, name, first, second = unpack(ARGV, place + 1, place + 4)
    found[i] = answer_to(what, base, name, first, second)
    place = place + 4
  end
  answers[slot] = found
  place = place + 1
end
return answers
