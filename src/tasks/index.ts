// Written by `npm run gen` from the files of this folder; do not edit.
import type { TaskModule } from '../task.ts'
import add_host from './add_host.ts'
import alternatives from './alternatives.ts'
import apt from './apt.ts'
import apt_key from './apt_key.ts'
import apt_repository from './apt_repository.ts'
import archive from './archive.ts'
import assemble from './assemble.ts'
import assert from './assert.ts'
import authorized_key from './authorized_key.ts'
import blockinfile from './blockinfile.ts'
import command from './command.ts'
import copy from './copy.ts'
import cron from './cron.ts'
import deb822_repository from './deb822_repository.ts'
import debconf from './debconf.ts'
import debug from './debug.ts'
import dnf from './dnf.ts'
import docker_container from './docker_container.ts'
import dpkg_selections from './dpkg_selections.ts'
import fail from './fail.ts'
import fetch from './fetch.ts'
import file from './file.ts'
import find from './find.ts'
import firewalld from './firewalld.ts'
import get_url from './get_url.ts'
import getent from './getent.ts'
import git from './git.ts'
import group from './group.ts'
import group_by from './group_by.ts'
import ha_adopt from './ha_adopt.ts'
import ha_firewall from './ha_firewall.ts'
import ha_release from './ha_release.ts'
import ha_remove from './ha_remove.ts'
import ha_status from './ha_status.ts'
import ha_topology from './ha_topology.ts'
import ha_validate from './ha_validate.ts'
import ha_vrrp from './ha_vrrp.ts'
import hostname from './hostname.ts'
import include_role from './include_role.ts'
import include_tasks from './include_tasks.ts'
import include_vars from './include_vars.ts'
import ini_file from './ini_file.ts'
import iptables from './iptables.ts'
import known_hosts from './known_hosts.ts'
import lineinfile from './lineinfile.ts'
import make from './make.ts'
import modprobe from './modprobe.ts'
import mount from './mount.ts'
import package_ from './package.ts'
import package_facts from './package_facts.ts'
import pam_limits from './pam_limits.ts'
import pause from './pause.ts'
import ping from './ping.ts'
import podman_container from './podman_container.ts'
import raw from './raw.ts'
import reboot from './reboot.ts'
import replace from './replace.ts'
import rpm_key from './rpm_key.ts'
import script from './script.ts'
import seboolean from './seboolean.ts'
import selinux from './selinux.ts'
import selinux_permissive from './selinux_permissive.ts'
import seport from './seport.ts'
import service from './service.ts'
import service_facts from './service_facts.ts'
import set_fact from './set_fact.ts'
import setup from './setup.ts'
import shell from './shell.ts'
import slurp from './slurp.ts'
import stat from './stat.ts'
import sysctl from './sysctl.ts'
import systemd from './systemd.ts'
import tempfile from './tempfile.ts'
import template from './template.ts'
import timezone from './timezone.ts'
import ufw from './ufw.ts'
import unarchive from './unarchive.ts'
import uri from './uri.ts'
import user from './user.ts'
import validate_argument_spec from './validate_argument_spec.ts'
import wait_for from './wait_for.ts'
import wait_for_connection from './wait_for_connection.ts'
import yum from './yum.ts'
import yum_repository from './yum_repository.ts'

const all: readonly TaskModule[] = [
  add_host,
  alternatives,
  apt,
  apt_key,
  apt_repository,
  archive,
  assemble,
  assert,
  authorized_key,
  blockinfile,
  command,
  copy,
  cron,
  deb822_repository,
  debconf,
  debug,
  dnf,
  docker_container,
  dpkg_selections,
  fail,
  fetch,
  file,
  find,
  firewalld,
  get_url,
  getent,
  git,
  group,
  group_by,
  ha_adopt,
  ha_firewall,
  ha_release,
  ha_remove,
  ha_status,
  ha_topology,
  ha_validate,
  ha_vrrp,
  hostname,
  include_role,
  include_tasks,
  include_vars,
  ini_file,
  iptables,
  known_hosts,
  lineinfile,
  make,
  modprobe,
  mount,
  package_,
  package_facts,
  pam_limits,
  pause,
  ping,
  podman_container,
  raw,
  reboot,
  replace,
  rpm_key,
  script,
  seboolean,
  selinux,
  selinux_permissive,
  seport,
  service,
  service_facts,
  set_fact,
  setup,
  shell,
  slurp,
  stat,
  sysctl,
  systemd,
  tempfile,
  template,
  timezone,
  ufw,
  unarchive,
  uri,
  user,
  validate_argument_spec,
  wait_for,
  wait_for_connection,
  yum,
  yum_repository,
]

/** Every module under its own name. */
export const modules: ReadonlyMap<string, TaskModule> = new Map(all.map((module) => [module.name, module]))

const byName = new Map(
  all.flatMap((module) => [module.name, ...module.aliases].map((name) => [name, module])),
)

/**
 * The module of this name or of one of its other names. Modules that have left Ansible's core for a collection are also
 * found as ansible.builtin.NAME and ansible.legacy.NAME, as in ansible-core.
 */
export function findModule(name: string): TaskModule | undefined {
  const known = byName.get(name)
  const [, short] = known ? [] : (/^ansible\.(?:builtin|legacy)\.(\w+)$/.exec(name) ?? [])
  const moved = short === undefined ? undefined : modules.get(short)
  return (
    known ??
    (moved?.aliases.some((alias) => /^(?!ansible\.builtin\.)\w+\.\w+\./.test(alias)) ? moved : undefined)
  )
}

/** All names under which modules can be called. */
export function moduleNames(): string[] {
  return [...byName.keys()]
}
