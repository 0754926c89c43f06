import { Script, lines, sh } from '../shell/sh.ts'

/**
 * Variables mean something to the shell or the programs themselves: they can only be said on the command line.
 * All others reach the program through its environment, which nobody but root can read. Only families that no image
 * uses are listed by their beginning: DOCKER_INFLUXDB_INIT_PASSWORD and REGISTRY_HTTP_SECRET are secrets of images.
 */
const OWN = new RegExp(
  `^(${[
    '_|PATH|HOME|IFS|ENV|CDPATH|PS\\d|OPT(IND|ARG|ERR)|PPID|E?UID|GROUPS|USER|LOGNAME|SHELL|SHELLOPTS|SHLVL',
    'PWD|OLDPWD|LINENO|S?RANDOM|SECONDS|EPOCH(SECONDS|REALTIME)|FUNCNAME|DIRSTACK|PIPESTATUS|TMPDIR|TERM|LANG|TZ',
    'HIST(CMD|CONTROL|FILE|FILESIZE|IGNORE|SIZE|TIMEFORMAT)|BASH(_\\w+|OPTS|PID)?|(LC|LD|XDG|DBUS|hk)_\\w+|DEBUG',
    'NOTIFY_SOCKET|LISTEN_(PID|FDS|FDNAMES)|SSL_CERT_(FILE|DIR)|SSH_(AUTH_SOCK|AGENT_PID|ASKPASS\\w*|SK_\\w+)',
    'GO(DEBUG|GC|MAXPROCS|MEMLIMIT|TRACEBACK|RACE|COVERDIR)|OTEL_(?!\\w*HEADERS$)\\w+|\\w*_proxy',
    'DOCKER_(API_VERSION|AUTH_CONFIG|BUILDKIT|CERT_PATH|CLI_\\w+|CONFIG|CONTENT_TRUST(_SERVER)?|CONTEXT|CUSTOM_HEADERS)',
    'DOCKER_(DEFAULT_PLATFORM|HIDE_LEGACY_COMMANDS|HOST|ORCHESTRATOR|TLS|TLS_VERIFY|TMPDIR)',
    '(CONTAINERS?|PODMAN|BUILDAH|BUILDKIT)_\\w+|REGISTRY_AUTH_FILE|STORAGE_(DRIVER|OPTS)',
  ].join('|')})$`,
  'i',
)

/** A command with these variables for the container: the words that hand them over, and what goes in front. */
export function handOver(variables: readonly (readonly [string, string])[]): {
  before: Script
  flags: string[]
} {
  const quiet = variables.filter(([name]) => /^[A-Za-z_]\w*$/.test(name) && !OWN.test(name))
  const loud = variables.filter((one) => !quiet.includes(one))
  return {
    before: lines(
      ...quiet.map(([name, value]) => sh`${new Script(name)}=${value}; export ${name}`),
      new Script(':'),
    ),
    flags: [
      ...quiet.map(([name]) => `--env=${name}`),
      ...loud.map(([name, value]) => `--env=${name}=${value}`),
    ],
  }
}
