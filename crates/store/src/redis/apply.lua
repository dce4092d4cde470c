-- Applies one batch to one slot, whole or not at all: everything that can be wrong is looked for before the first write, since a
-- script that fails half-way is not rolled back.
--
-- KEYS[1]: the slot's register, a hash whose fields are the ends of all keys of the slot; what every key of the slot begins with.
-- ARGV: see `redis/write.rs`, which writes them in the order they are taken here.
-- Returns 0 where a guard does not hold, else 1 and the waiters of each record woken.

local base = KEYS[1]
local WAITERS = '\0waiters'
local CHUNK = 1000
local BOUND = { c = 9.2e18, m = 9.2e18, s = 2 ^ 53 }

local place = 0
local function take()
  place = place + 1
  return ARGV[place]
end
local function take_number()
  return tonumber(take())
end

local function refuse(name, reason)
  error({ err = 'CORRUPT ' .. base .. name .. ' ' .. reason })
end

local function version_of(name)
  local head = redis.call('GETRANGE', base .. name, 0, 47)
  if head == '' then
    return ''
  end
  return string.match(head, '^(%d+) [01] ') or refuse(name, 'is no record')
end

local function values_of(kind, key, members, first, last)
  local command = kind == 's' and 'ZMSCORE' or 'HMGET'
  return redis.call(command, key, unpack(members, first, last))
end

-- Guards.
local clears = take() == '1'
local kept = {}
local holds = true
for _ = 1, take_number() do
  local name, version = take(), take()
  kept[name] = true
  holds = version_of(name) == version and holds
end
if not holds then
  return 0
end

-- Looking: what is there, and whether it can take what comes.
redis.call('HLEN', base)
local answer = { 1 }
for _ = 1, take_number() do
  answer[#answer + 1] = redis.call('HGETALL', base .. take() .. WAITERS)
end

local drops, dropped = {}, {}
for i = 1, take_number() do
  drops[i] = take()
  dropped[drops[i]] = true
end

local sums = {}
for group = 1, take_number() do
  local kind, name, size = take(), take(), take_number()
  local members, deltas = {}, {}
  for i = 1, size do
    members[i], deltas[i] = take(), take()
  end
  for first = 1, size, CHUNK do
    local last = math.min(first + CHUNK - 1, size)
    for i, value in ipairs(values_of(kind, base .. name, members, first, last)) do
      if value and not string.match(value, '^-?%d') then
        refuse(name, 'holds what is no number')
      end
      local former = (clears or dropped[name] or not value) and 0 or tonumber(value)
      if math.abs(former + tonumber(deltas[first + i - 1])) >= BOUND[kind] then
        refuse(name, 'would leave the range that is kept exactly, 2^53 for scores and 9.2e18 for counts')
      end
    end
  end
  sums[group] = { kind = kind, name = name, members = members, deltas = deltas }
end

local feeds = {}
for group = 1, take_number() do
  local name, changes = take(), {}
  redis.call('ZCARD', base .. name)
  for i = 1, take_number() do
    changes[i] = { take(), take() == '1' }
  end
  feeds[group] = { name = name, changes = changes }
end

local records = {}
for i = 1, take_number() do
  local name, is_put, text = take(), take() == '1', take()
  redis.call('GETRANGE', base .. name, 0, 0)
  records[i] = { name = name, is_put = is_put, text = text }
end

-- Writing.
local function register(name)
  if redis.call('EXISTS', base .. name) == 1 then
    redis.call('HSET', base, name, '')
  else
    redis.call('HDEL', base, name)
  end
end

if clears then
  for _, name in ipairs(redis.call('HKEYS', base)) do
    if not kept[name] then
      redis.call('UNLINK', base .. name)
      redis.call('HDEL', base, name)
    end
  end
end

for _, name in ipairs(drops) do
  if redis.call('UNLINK', base .. name) == 1 then
    redis.call('HDEL', base, name)
  end
end

for _, sum in ipairs(sums) do
  local key = base .. sum.name
  for i, member in ipairs(sum.members) do
    if sum.kind == 's' then
      if tonumber(redis.call('ZINCRBY', key, sum.deltas[i], member)) == 0 then
        redis.call('ZREM', key, member)
      end
    elseif redis.call('HINCRBY', key, member, sum.deltas[i]) == 0 then
      redis.call('HDEL', key, member)
    end
  end
  register(sum.name)
end

for _, feed in ipairs(feeds) do
  local key = base .. feed.name
  for _, change in ipairs(feed.changes) do
    if change[2] then
      redis.call('ZADD', key, 0, change[1])
    else
      redis.call('ZREM', key, change[1])
    end
  end
  register(feed.name)
end

for _, record in ipairs(records) do
  if record.is_put then
    redis.call('SET', base .. record.name, record.text)
  else
    redis.call('DEL', base .. record.name)
  end
  register(record.name)
end

return answer
