#!/usr/bin/env bash
# A private single-node Kafka for tests: scripts/kafka.sh start|stop|restart DIR
#
# `start` gets the broker from Maven Central once, makes an empty one in DIR on free ports and waits until it answers; its address is
# then in DIR/BOOTSTRAP. `restart` kills it as a crash would (SIGKILL) and starts it again on its data and ports. `stop` ends it.
set -euo pipefail

usage() { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 64; }
[ $# -eq 2 ] || usage
here="$(cd "$(dirname "$0")" && pwd)"
mkdir -p "$2"
dir="$(cd "$2" && pwd)"
libs="$here/../target/kafka/libs"

fetch() {
  # Made anew when the pom changes.
  [ "$libs/fetched" -nt "$here/kafka/pom.xml" ] && return
  rm -rf "$libs"
  mvn -q -B -f "$here/kafka/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$libs"
  touch "$libs/fetched"
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

# An array and no function, so that a broker in the background is the process itself and can be killed by its id.
kafka=(java -Xmx512m -Xms128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1
  -Dlog4j2.configurationFile="$here/kafka/log4j2.properties" -cp "$libs/*")

configure() {
  local port controller
  port=$(free_port)
  controller=$(free_port)
  cat >"$dir/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=$dir/data
# One node is the whole cluster.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# Topics are made on purpose, and groups form without waiting for more members.
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
# After a kill, the broker is let back in as soon as its old session is over.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
# Compaction soon enough to be seen in a test.
log.cleaner.backoff.ms=1000
END
  "${kafka[@]}" kafka.tools.StorageTool format -t "$(head -c 16 /dev/urandom | base64 | tr '+/' 'AB' | cut -c1-22)" \
    -c "$dir/server.properties" >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
  echo "127.0.0.1:$port" >"$dir/BOOTSTRAP"
}

alive() { [ -f "$dir/pid" ] && kill -0 "$(cat "$dir/pid")" 2>/dev/null; }

launch() {
  "${kafka[@]}" kafka.Kafka "$dir/server.properties" >>"$dir/log" 2>&1 </dev/null &
  echo $! >"$dir/pid"
  disown
  local address deadline
  address=$(cat "$dir/BOOTSTRAP")
  deadline=$((SECONDS + 120))
  until (exec 3<>"/dev/tcp/${address%:*}/${address#*:}") 2>/dev/null; do
    alive && [ $SECONDS -lt $deadline ] || { echo "Kafka did not start; its log:" >&2; tail -50 "$dir/log" >&2; exit 1; }
    sleep 0.2
  done
}

end() {
  alive || return 0
  local pid
  pid=$(cat "$dir/pid")
  kill "-$1" "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  rm -f "$dir/pid"
}

case $1 in
  start)
    end KILL
    rm -rf "$dir/data" "$dir/server.properties" "$dir/BOOTSTRAP" "$dir/log"
    fetch
    configure
    launch
    ;;
  stop) end TERM ;;
  restart)
    [ -f "$dir/server.properties" ] || { echo "there is no broker in $dir: start one first" >&2; exit 1; }
    end KILL
    launch
    ;;
  *) usage ;;
esac
