/**
 * Modules for systems that hakube does not work on. Roles for many systems have them behind conditions that never hold
 * on Debian-like and EL-like hosts: they are not mistakes, and fail on a host that reaches one all the same.
 */
const SYSTEMS: Readonly<Record<string, string>> = {
  pacman: 'Arch Linux',
  zypper: 'SUSE',
  zypper_repository: 'SUSE',
  apk: 'Alpine Linux',
  portage: 'Gentoo',
  pkgng: 'FreeBSD',
  pkgin: 'NetBSD or SmartOS',
  sysrc: 'FreeBSD',
  slackpkg: 'Slackware',
  macports: 'macOS',
  installp: 'AIX',
  svr4pkg: 'Solaris',
  pkgutil: 'Solaris',
  pkg5: 'Solaris',
  openbsd_pkg: 'OpenBSD',
  opkg: 'OpenWrt',
  xbps: 'Void Linux',
  swupd: 'Clear Linux',
  urpmi: 'Mageia',
  homebrew: 'macOS',
  homebrew_cask: 'macOS',
  homebrew_tap: 'macOS',
  launchd: 'macOS',
}

const WINDOWS = /^(?:(?:ansible|community)\.windows\.)?win_\w+$/
const COLLECTIONS = /^(?:community\.general\.|ansible\.(?:builtin|legacy)\.)?(\w+)$/

/** The system that a module of Ansible is for; undefined: none, or one that hakube works on. */
export function otherSystem(name: string): string | undefined {
  if (WINDOWS.test(name)) return 'Windows'
  const [, short = ''] = COLLECTIONS.exec(name) ?? []
  return Object.hasOwn(SYSTEMS, short) ? SYSTEMS[short] : undefined
}
