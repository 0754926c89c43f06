import { Script, lines, nothing, sh } from '../shell/sh.ts'
import { normalPath } from './path-names.ts'
import type { PathAsk } from './replies.ts'

/** One stat line: type and mode (hex), ids and names, size, times, inode, device, links. GNU and busybox know these. */
export const FORMAT = '%f %u %g %U %G %s %Y %X %Z %i %d %h'

/** Content of larger files is not sent. */
export const MAX_CONTENT = 1024 * 1024

/** So many paths share one stat process. More could exceed what a command line may hold. */
const GROUP = 400

export const ALGORITHMS = ['md5', 'sha1', 'sha256', 'sha512'] as const

/**
 * The parts of a probe and of its output, in their order. Probe and parser both walk this list, so that
 * they cannot disagree about what comes next.
 */
export interface Part {
  /** The shell function that answers, and its first argument. */
  what: 'stats' | 'digests' | 'contents' | 'entries' | 'tree'
  follow: boolean
  option: string
  asks: readonly PathAsk[]
}

export function partsOf(asks: readonly PathAsk[]): Part[] {
  const out: Part[] = []
  for (const follow of [false, true]) {
    const some = asks.filter((ask) => (ask.follow ?? false) === follow)
    const add = (what: Part['what'], option: string, wanted: readonly PathAsk[]): void => {
      for (const group of groups(wanted)) out.push({ what, follow, option, asks: group })
    }
    add('stats', '', some)
    for (const algorithm of ALGORITHMS) {
      const wanted = some.filter((ask) => ask.digests?.includes(algorithm))
      add('digests', algorithm, wanted)
    }
    add(
      'contents',
      '',
      some.filter((ask) => ask.contentUnless !== undefined),
    )
    add(
      'entries',
      '',
      some.filter((ask) => ask.entries),
    )
    add(
      'tree',
      '',
      some.filter((ask) => ask.tree),
    )
  }
  return out
}

/** busybox prints a newline in a file's name as it is, so a path that has one goes alone. */
function groups(asks: readonly PathAsk[]): PathAsk[][] {
  const plain = asks.filter((ask) => !ask.path.includes('\n'))
  const out = asks.filter((ask) => ask.path.includes('\n')).map((ask) => [ask])
  for (let at = 0; at < plain.length; at += GROUP) out.push(plain.slice(at, at + GROUP))
  return out
}

/** Answers questions about paths: few processes for many paths, nothing written anywhere. */
export function probePaths(asks: readonly PathAsk[]): Script {
  return lines(functions, ...partsOf(asks).map(callOf), nothing)
}

function callOf(part: Part): Script {
  const paths = part.asks.map((ask) => normalPath(ask.path))
  const link = part.follow ? 'follow' : 'stay'
  if (part.what === 'stats') return sh`hk_stats ${link} ${paths}`
  if (part.what === 'digests') return sh`hk_digests ${link} ${part.option}sum ${paths}`
  if (part.what === 'entries') return sh`hk_entries ${link} ${paths}`
  if (part.what === 'tree') return sh`hk_tree ${link} ${paths}`
  const expected = part.asks.map((ask) => `${ask.contentUnless === '' ? '-' : ask.contentUnless} `).join('')
  return sh`hk_contents ${link} ${expected} ${paths}`
}

/*
 * hk_place: where the thing is if a link is above it. Most paths have none: no process is started for them.
 * hk_seen: busybox's readlink -f is wrong about links to nothing, so it is asked only where there is something;
 * hk_leads says where the others lead.
 * Is there something, and may we see it? A path is hidden, not absent, when the nearest directory
 * above it cannot be searched.
 * In every function the paths that are worth a look are put behind the given ones, which are then shifted
 * away: an array that works in any POSIX shell.
 * A tool that fails for one of many paths prints too few lines, and nobody could tell whose line is missing:
 * then each path is looked at alone.
 */
const functions = new Script(`
set +f
hk_format='${FORMAT}'
hk_encode=base64
command -v base64 >/dev/null 2>&1 || hk_encode='od -An -v -tx1'
echo "$hk_encode"
hk_was=
hk_real=
hk_place() {
  case $1 in */..) return ;; esac
  hk_d=\${1%/*}
  if [ "$hk_d" != "$hk_was" ]; then
    hk_was=$hk_d
    hk_real=$hk_d
    hk_u=$hk_d
    while [ -n "$hk_u" ]; do
      if [ -L "$hk_u" ] || [ "\${hk_u##*/}" = .. ]; then hk_resolve "$hk_d"; break; fi
      hk_u=\${hk_u%/*}
    done
  fi
  [ "$hk_real" = "$hk_d" ] || printf '^%s/%s\\0' "$hk_real" "\${1##*/}"
}
hk_resolve() {
  hk_u=$1
  hk_rest=
  while [ ! -d "$hk_u/" ]; do
    hk_rest=/\${hk_u##*/}$hk_rest
    hk_u=\${hk_u%/*}
  done
  hk_real=$(cd -P "$hk_u/" 2>/dev/null && pwd -P) || hk_real=$hk_u
  hk_real=\${hk_real%/}$hk_rest
}
hk_leads() {
  hk_l=$1
  hk_i=0
  while [ -L "$hk_l" ]; do
    hk_i=$((hk_i + 1))
    [ "$hk_i" -le 40 ] || return 0
    hk_t=$(readlink "$hk_l")
    case $hk_t in
    /*) hk_l=$hk_t ;;
    *) hk_l=\${hk_l%/*}/$hk_t ;;
    esac
  done
  (cd -P "\${hk_l%/*}/" 2>/dev/null && hk_u=$(pwd -P) && printf '%s/%s' "\${hk_u%/}" "\${hk_l##*/}")
}
hk_seen() {
  hk_place "$1"
  if [ -L "$1" ]; then
    printf '@'
    readlink -n "$1"
    printf '\\0'
    if [ -e "$1" ]; then readlink -fn "$1"; else hk_leads "$1"; fi
    printf '\\0'
    [ "$hk_link" = stay ] && { hk_access "$1"; return 0; }
  fi
  [ -e "$1" ] && { hk_access "$1"; return 0; }
  hk_d=$1
  while [ -n "$hk_d" ]; do
    hk_d=\${hk_d%/*}
    [ -d "\${hk_d:-/}" ] || continue
    if [ -x "\${hk_d:-/}" ]; then echo -; else echo '?'; fi
    return 1
  done
  echo -
  return 1
}
hk_access() {
  hk_a=+
  [ -r "$1" ] && hk_a=$hk_a'r'
  [ -w "$1" ] && hk_a=$hk_a'w'
  [ -x "$1" ] && hk_a=$hk_a'x'
  echo "$hk_a"
}
hk_stats() {
  hk_link=$1; shift; hk_n=$#
  for hk_p do hk_seen "$hk_p" && set -- "$@" "$hk_p"; done
  shift "$hk_n"
  hk_option=
  [ "$hk_link" = stay ] || hk_option=-L
  [ $# -eq 0 ] || hk_stat "$@"
}
hk_stat() {
  if hk_s=$(stat $hk_option -c "$hk_format" "$@" 2>/dev/null); then printf '%s\\n' "$hk_s"
  elif [ $# -eq 1 ]; then echo gone
  else for hk_p do hk_stat "$hk_p"; done
  fi
}
hk_readable() {
  if [ "$hk_link" = stay ] && [ -L "$2" ] || ! test "$1" "$2"; then echo -; return 1; fi
  if [ -r "$2" ]; then echo +; else echo '?'; return 1; fi
}
hk_digests() {
  hk_link=$1; hk_tool=$2; shift 2; hk_n=$#
  for hk_p do hk_readable -f "$hk_p" && set -- "$@" "$hk_p"; done
  shift "$hk_n"
  [ $# -eq 0 ] || hk_digest "$@"
}
hk_digest() {
  if hk_s=$($hk_tool "$@" 2>/dev/null); then
    printf '%s\\n' "$hk_s" | while [ $# -gt 0 ] && read -r hk_h hk_x; do printf '%s\\n' "\${hk_h#\\\\}"; shift; done
  elif [ $# -eq 1 ]; then echo gone
  else for hk_p do hk_digest "$hk_p"; done
  fi
}
hk_contents() {
  hk_link=$1; hk_all=$2; hk_tool=sha256sum; shift 2; hk_n=$#
  hk_some=
  for hk_p do
    hk_e=\${hk_all%% *}; hk_all=\${hk_all#* }
    hk_readable -f "$hk_p" && { set -- "$@" "$hk_p"; hk_some="$hk_some$hk_e "; }
  done
  shift "$hk_n"
  [ $# -eq 0 ] || hk_digest "$@" | while [ $# -gt 0 ] && read -r hk_h; do
    hk_content "$hk_h" "\${hk_some%% *}" "$1"
    hk_some=\${hk_some#* }; shift
  done
}
hk_content() {
  if [ "$1" = gone ] || [ "$1" = "$2" ]; then echo "$1 ="
  elif [ "$(wc -c <"$3")" -gt ${MAX_CONTENT} ]; then echo "$1 !"
  else echo "$1 <"; $hk_encode <"$3"; echo; echo .
  fi
}
hk_entries() {
  hk_link=$1; shift
  for hk_p do
    hk_readable -d "$hk_p" || continue
    for hk_f in "$hk_p"/* "$hk_p"/.*; do
      hk_f=\${hk_f##*/}
      [ "$hk_f" != . ] && [ "$hk_f" != .. ] || continue
      if [ -e "$hk_p/$hk_f" ] || [ -L "$hk_p/$hk_f" ]; then printf '%s\\0' "$hk_f"; fi
    done
    printf '\\0'
  done
}
hk_tree() {
  hk_link=$1; shift
  for hk_p do
    hk_readable -d "$hk_p" || continue
    find "$hk_p/." -exec sh -c 'f=$1; shift
      echo $#; printf "%s\\0" "$@"; stat -c "$f" "$@" 2>/dev/null; echo .' sh "$hk_format" {} + 2>/dev/null
    echo end
  done
}
`)
