import { createHash } from 'node:crypto'
import { baseName, normalPath, parentPath } from '../world/path-names.ts'
import { base64Of } from './base64.ts'
import { Script, lines, quote, sh } from './sh.ts'

/** A file to be put in place of what is at a path, at once or not at all. */
export interface FileWrite {
  /** Absolute, with all links that shall be followed resolved: a link that is there itself is replaced. */
  path: string
  /** The bytes, or a file on the host itself that has them. */
  content: Buffer | HostFile
  /** Permission bits of the new file. */
  mode: number
  /** Owner and group of the new file, as name or number; undefined = the user who writes. */
  owner?: Ownership | undefined
  group?: Ownership | undefined
  /** Keep a copy of the old file beside it; its name is printed as `backup_file=…`. */
  backup?: boolean
  /** Only have it validated: the file is made under another name, and goes again. */
  trial?: boolean
  validate?: Validator | undefined
}

/** A file on the host whose content, with this digest (hex), is to be copied. Shell text where only the host knows. */
export interface HostFile {
  path: string | Script
  sha256: string | Script
}

export interface Ownership {
  name: string
  /** False: the old file's, kept where the writing user may give it away. */
  required: boolean
}

/** A program that is to say whether the new content is valid, before it replaces the old one. */
export interface Validator {
  /** Words of the command, with %s for the new file. Nothing is expanded by a shell. */
  words: readonly string[]
  /** Valid only if the output does not have this text: some validators end with 0 without checking anything. */
  refuseOutput?: string
}

/** First line on standard error when a validator refuses; the validator's own words follow. */
export const REFUSED = 'validation failed'

/**
 * The text that puts files in place, one after the other, and stops at the first that fails. What is at a path
 * is either the old file or the complete new one, whenever the script is cut. Standard error ends with the cause.
 */
export function writeFiles(writes: readonly FileWrite[]): Script {
  return lines(functions, ...writes.map(call))
}

/** Scripts of writeFiles in one, with the common part only once. */
export function joinWrites(scripts: readonly Script[]): Script {
  const rest = scripts.map((script) => new Script(script.text.replaceAll(functions.text, '')))
  return lines(functions, ...rest)
}

/** The name part of temporary files: hidden, so that no `*.conf` of an include matches. */
export const TEMPORARY = /\.hakube\.[A-Za-z0-9]{6}/g

function call(write: FileWrite): Script {
  const path = normalPath(write.path)
  const { content } = write
  const sent = Buffer.isBuffer(content)
  const digest = sent ? createHash('sha256').update(content).digest('hex') : content.sha256
  const owner = write.owner
  const group = write.group
  return sh`
hk_path=${path} hk_dir=${parentPath(path)} hk_sha=${digest} hk_decode=${sent ? 'base64 -d' : 'cat'}
hk_mode=${octal(write.mode)} hk_trial_mode=${octal(write.mode & 0o640)}
hk_owner=${owner?.name ?? ''} hk_group=${group?.name ?? ''}
hk_owner_must=${yes(owner?.required)} hk_group_must=${yes(group?.required)}
hk_backup=${yes(write.backup)} hk_trial=${yes(write.trial)} hk_refuse=${write.validate?.refuseOutput ?? ''}
hk_validate() { ${validation(write.validate)}; }
{
${sent ? base64Of(content) : sh`cat ${content.path}`}
} | hk_put || exit 1`
}

function validation(validator: Validator | undefined): Script {
  if (!validator) return sh`:`
  const words = validator.words.map((word) => new Script(word.split('%s').map(quoteAll).join('"$hk_new"')))
  return sh`${words}`
}

function quoteAll(text: string): string {
  return text === '' ? '' : quote(text)
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

function yes(value: boolean | undefined): string {
  return value ? 'y' : ''
}

/** What validators' words refer to in messages to people: the path that the user wrote. */
export function withoutTemporaryNames(text: string, path: string): string {
  return text.replaceAll(TEMPORARY, baseName(path))
}

/*
 * hk_put replaces one file; the content comes base64-encoded on its standard input.
 * Nobody else may read the new file before its owner and mode are right: it starts with 0600 (mktemp).
 * While it is validated it has no execute bit and no bits for others: keepalived skips executable files, and
 * secrets stay private. chown comes before chmod, because chown takes away setuid bits.
 * cat writes because base64 does not tell why it cannot (no space left) and busybox's does not even notice.
 * A rename without a sync of the data may leave an empty file after a power cut, so sync where there is one.
 */
const functions = new Script(`
hk_put() (
  hk_new=
  trap '[ -z "$hk_new" ] || rm -f "$hk_new"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  hk_new=$(mktemp "$hk_dir/.hakube.XXXXXX") || exit 1
  $hk_decode | cat >"$hk_new" || exit 1
  hk_sum=$(sha256sum <"$hk_new") || exit 1
  [ "\${hk_sum%% *}" = "$hk_sha" ] || hk_die "the content of $hk_path did not arrive whole"
  hk_chown chown "$hk_owner" "$hk_owner_must" || exit 1
  hk_chown chgrp "$hk_group" "$hk_group_must" || exit 1
  chmod "$hk_trial_mode" "$hk_new" || exit 1
  hk_check || exit 1
  [ -z "$hk_trial" ] || exit 0
  chmod "$hk_mode" "$hk_new" || exit 1
  hk_selinux=
  if [ -e /sys/fs/selinux/enforce ]; then
    hk_selinux=y
    if [ -f "$hk_path" ]; then chcon --reference="$hk_path" "$hk_new" || exit 1; hk_selinux=; fi
  fi
  sync -d "$hk_new" 2>/dev/null
  [ -z "$hk_backup" ] || [ ! -e "$hk_path" ] || hk_keep || exit 1
  [ ! -d "$hk_path" ] || hk_die "$hk_path is a directory"
  mv -f "$hk_new" "$hk_path" || exit 1
  hk_new=
  [ -z "$hk_selinux" ] || ! command -v restorecon >/dev/null 2>&1 || restorecon "$hk_path"
)
hk_die() { printf '%s\\n' "$1" >&2; exit 1; }
hk_chown() {
  [ -n "$2" ] || return 0
  if [ -n "$3" ]; then "$1" "$2" "$hk_new"; else "$1" "$2" "$hk_new" 2>/dev/null || :; fi
}
hk_check() {
  hk_said=$(PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; hk_validate 2>&1 </dev/null)
  hk_code=$?
  if [ "$hk_code" -ne 0 ]; then
    hk_why="exit status $hk_code"
  elif [ -n "$hk_refuse" ]; then
    case $hk_said in *"$hk_refuse"*) hk_why='it did not check the file' ;; *) return 0 ;; esac
  else
    return 0
  fi
  printf '%s\\n' "${REFUSED} ($hk_why):" >&2
  [ -z "$hk_said" ] || printf '%s\\n' "$hk_said" >&2
  return 1
}
hk_keep() {
  hk_old=$hk_path.$$.$(date '+%Y-%m-%d@%H:%M:%S')~
  cp -p "$hk_path" "$hk_old" || { rm -f "$hk_old"; return 1; }
  printf 'backup_file=%s\\n' "$hk_old"
}
`)
