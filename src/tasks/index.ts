// Written by `npm run gen` from the files of this folder; do not edit.
import type { TaskModule } from '../task.ts'
import add_host from './add_host.ts'
import apt from './apt.ts'
import assert from './assert.ts'
import blockinfile from './blockinfile.ts'
import command from './command.ts'
import copy from './copy.ts'
import debug from './debug.ts'
import dnf from './dnf.ts'
import fail from './fail.ts'
import file from './file.ts'
import firewalld from './firewalld.ts'
import group_by from './group_by.ts'
import ha_adopt from './ha_adopt.ts'
import ha_firewall from './ha_firewall.ts'
import ha_release from './ha_release.ts'
import ha_remove from './ha_remove.ts'
import ha_status from './ha_status.ts'
import ha_topology from './ha_topology.ts'
import ha_validate from './ha_validate.ts'
import ha_vrrp from './ha_vrrp.ts'
import include_role from './include_role.ts'
import include_tasks from './include_tasks.ts'
import include_vars from './include_vars.ts'
import lineinfile from './lineinfile.ts'
import package_ from './package.ts'
import pause from './pause.ts'
import ping from './ping.ts'
import replace from './replace.ts'
import seboolean from './seboolean.ts'
import service from './service.ts'
import set_fact from './set_fact.ts'
import setup from './setup.ts'
import shell from './shell.ts'
import stat from './stat.ts'
import sysctl from './sysctl.ts'
import systemd from './systemd.ts'
import template from './template.ts'
import wait_for from './wait_for.ts'
import yum from './yum.ts'

const all: readonly TaskModule[] = [
  add_host,
  apt,
  assert,
  blockinfile,
  command,
  copy,
  debug,
  dnf,
  fail,
  file,
  firewalld,
  group_by,
  ha_adopt,
  ha_firewall,
  ha_release,
  ha_remove,
  ha_status,
  ha_topology,
  ha_validate,
  ha_vrrp,
  include_role,
  include_tasks,
  include_vars,
  lineinfile,
  package_,
  pause,
  ping,
  replace,
  seboolean,
  service,
  set_fact,
  setup,
  shell,
  stat,
  sysctl,
  systemd,
  template,
  wait_for,
  yum,
]

/** Every module under its own name. */
export const modules: ReadonlyMap<string, TaskModule> = new Map(all.map((module) => [module.name, module]))

const byName = new Map(
  all.flatMap((module) => [module.name, ...module.aliases].map((name) => [name, module])),
)

/** The module of this name or of one of its other names. */
export function findModule(name: string): TaskModule | undefined {
  return byName.get(name)
}

/** All names under which modules can be called. */
export function moduleNames(): string[] {
  return [...byName.keys()]
}
