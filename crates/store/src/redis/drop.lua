-- Drops a record or a waiter that expired, after looking at its own expiry again. Frees memory, so it runs where there is none left.
--
-- KEYS[1]: the slot's register, and what every key of the slot begins with.
-- ARGV: 'record' or 'waiter', the collection, the time before which things expire, the waiter's id. Returns how many went.

local base, kind, name, before, id = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]

if kind == 'record' then
  local expires = string.match(redis.call('GETRANGE', base .. name, 0, 47), '^%d+ [01] (%x+)\n')
  if not expires or expires >= before then
    return 0
  end
  redis.call('DEL', base .. name)
  redis.call('HDEL', base, name)
  return 1
end

local waiters = name .. '\0waiters'
local waiter = redis.call('HGET', base .. waiters, id)
if not waiter or string.sub(waiter, 1, 16) >= before then
  return 0
end
redis.call('HDEL', base .. waiters, id)
if redis.call('EXISTS', base .. waiters) == 0 then
  redis.call('HDEL', base, waiters)
end
return 1
