// Written by `npm run gen` from the files of this folder; do not edit.
import type { TaskModule } from '../task.ts'
import apt from './apt.ts'
import assemble from './assemble.ts'
import assert from './assert.ts'
import blockinfile from './blockinfile.ts'
import command from './command.ts'
import copy from './copy.ts'
import debug from './debug.ts'
import dnf from './dnf.ts'
import fail from './fail.ts'
import fetch from './fetch.ts'
import file from './file.ts'
import find from './find.ts'
import firewalld from './firewalld.ts'
import get_url from './get_url.ts'
import git from './git.ts'
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
import ini_file from './ini_file.ts'
import lineinfile from './lineinfile.ts'
import make from './make.ts'
import package_ from './package.ts'
import raw from './raw.ts'
import replace from './replace.ts'
import script from './script.ts'
import seboolean from './seboolean.ts'
import service from './service.ts'
import set_fact from './set_fact.ts'
import shell from './shell.ts'
import slurp from './slurp.ts'
import stat from './stat.ts'
import sysctl from './sysctl.ts'
import systemd from './systemd.ts'
import tempfile from './tempfile.ts'
import template from './template.ts'
import unarchive from './unarchive.ts'
import uri from './uri.ts'
import wait_for from './wait_for.ts'
import yum from './yum.ts'

const all: readonly TaskModule[] = [
  apt,
  assemble,
  assert,
  blockinfile,
  command,
  copy,
  debug,
  dnf,
  fail,
  fetch,
  file,
  find,
  firewalld,
  get_url,
  git,
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
  ini_file,
  lineinfile,
  make,
  package_,
  raw,
  replace,
  script,
  seboolean,
  service,
  set_fact,
  shell,
  slurp,
  stat,
  sysctl,
  systemd,
  tempfile,
  template,
  unarchive,
  uri,
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
