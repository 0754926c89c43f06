import type { Script } from '../shell/sh.ts'

/** The kinds' questions and replies: what modules and effects read and write. */

export interface PathAsk {
  path: string
  /** Look at what a symbolic link points to instead of at the link. */
  follow?: boolean
  /** Digests of the content wanted (regular files only). */
  digests?: readonly ('sha1' | 'sha256' | 'sha512' | 'md5')[]
  /** Content wanted, unless its sha256 (hex) is this one; '' = always. Not sent for files over 1 MiB. */
  contentUnless?: string
  /** Names of a directory's entries wanted. */
  entries?: boolean
  /** Everything below a directory wanted, with its modes and owners. */
  tree?: boolean
}

/** One thing below a directory. */
export interface TreeEntry {
  /** Path from the directory that was asked about: haproxy/haproxy.cfg. */
  path: string
  type: FileType
  mode: number
  uid: number
  gid: number
  owner: string
  group: string
}
export type FileType = 'file' | 'directory' | 'link' | 'fifo' | 'socket' | 'char' | 'block'

/** Where links lead. */
export interface Leading {
  /** The path without links above it; only where the path asked about has some. */
  place?: string
  /** Absolute path behind all links, there or not; only where the path asked about is a link itself. */
  real?: string
}

export type PathReply =
  | ({ exists: false } & Leading)
  | ({
      exists: true
      type: FileType
      /** Permission bits, 0 to 0o7777. */
      mode: number
      uid: number
      gid: number
      /** Names, or the number as text where there is no such user or group. */
      owner: string
      group: string
      size: number
      /** Seconds since 1970. */
      mtime: number
      atime: number
      ctime: number
      inode: number
      device: number
      links: number
      /** Target of a symbolic link, as written. */
      target?: string
      /** What the user who asks may do with it. */
      access?: { read: boolean; write: boolean; execute: boolean }
      digests: Partial<Record<'sha1' | 'sha256' | 'sha512' | 'md5', string>>
      /** undefined: not asked for, equal to what was expected, or too large. */
      content?: Buffer
      entries?: readonly string[]
      tree?: readonly TreeEntry[]
    } & Leading)

export interface UserAsk {
  name: string
  /** The task that asks may change it: if nobody can tell how, it is unknown from then on. */
  changes?: true
}
export interface NoAccount {
  exists: false
  /** Of a number, in check mode: new accounts of which one may get it. */
  mayBe?: readonly string[]
}
export type UserReply =
  | NoAccount
  | {
      exists: true
      name: string
      uid: number
      gid: number
      comment: string
      home: string
      shell: string
      groups: readonly string[]
    }

export interface GroupAsk {
  name: string
  /** As of a user. */
  changes?: true
}
export type GroupReply = NoAccount | { exists: true; name: string; gid: number; members: readonly string[] }

export interface PackageAsk {
  /** As the user names it: haproxy, libc6:amd64, haproxy=2.6.12-1 (apt), haproxy-2.4.22 (dnf), /usr/sbin/haproxy. */
  name: string
  /** Also which version an upgrade would give, from the lists as they are (apt only). */
  candidate?: boolean
  /** Also what apt knows of a package that is not installed in this version, from the lists as they are (apt only). */
  listed?: boolean
  /**
   * Fetch apt's lists first if they are older than so many seconds. The one question that writes; only for
   * `state: latest` together with update_cache.
   */
  refresh?: number
}
export interface AptVersion {
  version: string
  /** Some source has it. */
  offered: boolean
}
export interface PackageReply {
  /** Version as the package manager writes it (EVR without architecture), undefined = not installed. */
  installed: string | undefined
  /** undefined: not asked for, or no candidate known. */
  candidate: string | undefined
  /** Another package that is installed and provides this name. */
  providedBy?: string
  /** Removed, but its configuration files are still there (dpkg only). */
  residue?: boolean
  /** apt knows no package of this name, nor one that provides it. */
  unlisted?: boolean
  /** Where the name says a version that is not installed: all that apt knows, the newest first. */
  versions?: readonly AptVersion[]
  /** On hold, perhaps without being installed: apt changes it only if it is told to (dpkg only). */
  held?: boolean
}

export interface UnitAsk {
  /** With its suffix: haproxy.service. */
  name: string
}
export type UnitReply =
  | { known: false }
  | {
      known: true
      /** As `systemctl is-enabled` says it: enabled, disabled, static, masked, … */
      enablement: string
      /** As `systemctl is-active` says it: active, inactive, failed, activating, … */
      activity: string
      /** It is activating only because its process has ended: systemd is about to start it again. */
      ended?: boolean
      /** Its unit files changed on disk since systemd read them. */
      needsReload: boolean
      /** A oneshot service that does not remain active: it is inactive again once it has run. */
      oneshot?: boolean
      /** The directories below /run that systemd makes for it; left out where there are none. */
      runtime?: UnitRuntime
    }

/** RuntimeDirectory= and what goes with it, see systemd.exec(5). */
export interface UnitRuntime {
  directories: readonly string[]
  mode: number
  /** Empty: root. */
  user: string
  group: string
  preserve: 'no' | 'yes' | 'restart'
  /** Steps for which commands of its own run; the directories are made for these, too. */
  commands: readonly string[]
}

export interface SysctlAsk {
  /** Dotted: net.ipv4.ip_forward. */
  name: string
}
export interface SysctlReply {
  /** The kernel's value, blanks folded to one; undefined = no such key. */
  value: string | undefined
}

export interface PortAsk {
  port: number
  protocol?: 'tcp' | 'udp'
}
export interface PortReply {
  /** Local addresses that listen on the port. */
  listeners: readonly { address: string; program: string | undefined }[]
}

export interface PlatformReply {
  packageManager: 'apt' | 'dnf' | 'yum' | 'apk' | 'zypper' | 'unknown'
  serviceManager: 'systemd' | 'other'
  osFamily: 'Debian' | 'RedHat' | 'other'
}

export interface ScriptAsk {
  /** Unique text: the same id must always mean the same script. */
  id: string
  text: Script
  /** What it prints may be another text each time, such as times or what a server says: nobody predicts it to the letter. */
  volatile?: true
  /** As of a user: the task that asks may change the answer. */
  changes?: true
}
export interface ScriptReply {
  code: number
  stdout: Buffer
  stderr: Buffer
}
