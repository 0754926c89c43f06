import { type Drained, drainedCheck } from './wait-drained.ts'
import { type Script, lines, sh } from '../shell/sh.ts'

export interface Wait {
  /** What is waited for; undefined: only time. */
  what:
    | { type: 'port'; host: string; port: number; open: boolean }
    | Drained
    | { type: 'path'; path: string; present: boolean; regex: string | undefined }
    | undefined
  /** Seconds. */
  timeout: number
  delay: number
  sleep: number
  connectTimeout: number
  /** For messages: port 6443 of 127.0.0.1. */
  shown: string
  msg: string | undefined
}

export const TIMED_OUT = 4
export const NO_TOOL = 5

/** Checks again and again until it holds or the time is over; prints the seconds it took. */
export function waitScript(wait: Wait): Script {
  if (!wait.what)
    return sh`sleep ${wait.timeout + wait.delay}; echo ${`elapsed=${wait.timeout + wait.delay}`}`
  return lines(
    check(wait),
    sh`start=$(date +%s)
sleep ${wait.delay}
until hk_check; do
  [ $? -eq ${NO_TOOL} ] && exit ${NO_TOOL}
  now=$(date +%s)
  if [ $((now - start)) -ge ${wait.timeout} ]; then
    echo "elapsed=$((now - start))"
    exit ${TIMED_OUT}
  fi
  sleep ${wait.sleep}
done
echo "elapsed=$(($(date +%s) - start))"`,
  )
}

/** hk_check holds when the wait is over. */
function check(wait: Wait): Script {
  const { what } = wait
  if (what?.type === 'port') {
    const connects = isLoopback(what.host)
      ? listens(what.port)
      : connectsTo(what.host, what.port, wait.connectTimeout)
    const verdict = what.open
      ? sh`hk_open`
      : sh`hk_open && return 1
  [ $? -eq ${NO_TOOL} ] && return ${NO_TOOL}
  return 0`
    return lines(
      connects,
      sh`hk_check() {
  ${verdict}
}`,
    )
  }
  if (what?.type === 'drained') return drainedCheck(what)
  const path = what?.path ?? ''
  const found = what?.regex === undefined ? sh`[ -e ${path} ]` : sh`grep -q -s -E -e ${what.regex} -- ${path}`
  return sh`hk_check() { ${what?.present === false ? sh`! ${found}` : found}; }`
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host)
}

/** The kernel's table of sockets: any address, the loopback ones, in either byte order; 0A is a listener. */
function listens(port: number): Script {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const v4 = '00000000|[0-9A-F]{6}7F|7F[0-9A-F]{6}'
  const v6 = '0{32}|0{24}0{6}01|0{24}01000000|0{16}(0000FFFF|FFFF0000)([0-9A-F]{6}7F|7F[0-9A-F]{6})'
  return sh`hk_open() { grep -q -s -E ${`: (${v4}|${v6}):${hex} [0-9A-F]+:0000 0A `} /proc/net/tcp /proc/net/tcp6; }`
}

/** No tool to connect with is on every host, so the first of several is used that is there. */
function connectsTo(host: string, port: number, seconds: number): Script {
  const bracketed = host.includes(':') ? `[${host}]` : host
  return sh`hk_host=${host} hk_port=${port} hk_seconds=${seconds}
if command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
  hk_open() { timeout "$hk_seconds" bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$hk_host" "$hk_port" 2>/dev/null; }
elif command -v nc >/dev/null 2>&1 && nc -h 2>&1 | grep -q -e '-z'; then
  hk_open() { nc -z -w "$hk_seconds" "$hk_host" "$hk_port" >/dev/null 2>&1; }
elif command -v curl >/dev/null 2>&1; then
  hk_open() {
    case $(curl -s -m "$hk_seconds" -o /dev/null -w '%{time_connect}' ${`telnet://${bracketed}:${port}`} </dev/null) in
    *[1-9]*) return 0 ;;
    *) return 1 ;;
    esac
  }
elif command -v socat >/dev/null 2>&1; then
  hk_open() { socat -u OPEN:/dev/null ${`TCP:${bracketed}:${port},connect-timeout=${seconds}`} >/dev/null 2>&1; }
elif command -v perl >/dev/null 2>&1; then
  hk_open() {
    perl -MIO::Socket::IP -e 'exit !IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => $ARGV[1], Timeout => $ARGV[2])' "$hk_host" "$hk_port" "$hk_seconds"
  }
elif command -v nc >/dev/null 2>&1; then
  hk_open() { nc -w "$hk_seconds" "$hk_host" "$hk_port" </dev/null >/dev/null 2>&1; }
else
  hk_open() { return ${NO_TOOL}; }
fi`
}
