import * as z from 'zod'
import { defineTask } from '../task.ts'
import { joinPath } from '../world/path-names.ts'
import type { WorldQuestion } from '../world/world.ts'
import { numberQuestions } from './account-number.ts'
import { cNumber, primaryQuestion, rulesQuestion, shadowQuestion } from './account-look.ts'
import { creatorQuestion } from './creator.ts'
import { homeKeptQuestion } from './home-kept.ts'
import { directoryQuestions, pathQuestion } from './make-directory.ts'
import { wrong } from './package-params.ts'
import { bool, int, name, number, oneOf, path, text, texts } from './params.ts'
import { keyQuestion, keyPaths, keyResult } from './user-key.ts'
import { skeletonOf } from './user-home.ts'
import { guessedHome } from './user-parts.ts'
import { planUser } from './user-plan.ts'
import type { UserWish } from './user-wish.ts'

const NOT_LINUX = 'it is for another operating system'

const params = z.strictObject({
  name: name.describe('Name of the user.'),
  state: oneOf(['present', 'absent']).default('present').describe('Whether it is to be there.'),
  uid: int.optional().describe('Its number; without it the host chooses one for a new user.'),
  non_unique: bool.default(false).describe("Allow another user's number."),
  group: name.optional().describe('Its own group, as name or number.'),
  groups: texts
    .optional()
    .describe('The other groups it is in, and no more than these; an empty list takes it out of all.'),
  append: bool.default(false).describe('Only add to the groups it is in already.'),
  comment: text.optional().describe('Usually the full name.'),
  home: path.optional().describe('The home directory.'),
  create_home: bool.default(true).describe('Make the home directory where there is none.'),
  move_home: bool.default(false).describe('With another home: move what is in the old one there.'),
  skeleton: path.optional().describe('A directory whose content new homes get, instead of /etc/skel.'),
  umask: text.optional().describe('What the permissions of a new home do not get, such as "077".'),
  shell: text.optional().describe('The shell at log-in.'),
  system: bool.default(false).describe("Take the number of a new user from the system's range."),
  password: text.optional().describe('The hash of the password, as in /etc/shadow: password_hash makes one.'),
  update_password: oneOf(['always', 'on_create'])
    .default('always')
    .describe('on_create: only a new user gets the password.'),
  password_lock: bool.optional().describe('Whether logging in by password is switched off.'),
  password_expire_max: int.optional().describe('Days until the password has to be changed.'),
  password_expire_min: int.optional().describe('Days before which it cannot be changed again.'),
  password_expire_warn: int.optional().describe('Days of warning before.'),
  password_expire_account_disable: int
    .optional()
    .describe('Days after that until nobody can log in by password.'),
  expires: number
    .optional()
    .describe('When the account ends, in seconds since 1970; a negative number: never.'),
  uid_min: int.optional().describe('Smallest number for a new user, instead of the one in login.defs.'),
  uid_max: int.optional().describe('Largest number for a new user, instead of the one in login.defs.'),
  remove: bool.default(false).describe('With absent: remove the home directory, too.'),
  force: bool
    .default(false)
    .describe(
      'With absent: even if the user is logged in. With generate_ssh_key: make a new key every time.',
    ),
  generate_ssh_key: bool.default(false).describe('Make an SSH key where there is none.'),
  ssh_key_type: name.default('rsa').describe('Its type: rsa, ed25519, ecdsa.'),
  ssh_key_bits: int.default(0).describe("Its size; 0: ssh-keygen's own default."),
  ssh_key_file: text.optional().describe('Where, below the home or absolute. Default: .ssh/id_TYPE.'),
  ssh_key_comment: text.optional().describe('Default: ansible-generated on HOST.'),
  ssh_key_passphrase: text.optional().describe('Without it, the key is not encrypted.'),
})

export default defineTask({
  name: 'user',
  aliases: ['ansible.builtin.user', 'ansible.legacy.user'],
  summary: 'Have a user on the host with its groups, home, password and key, or not.',
  kind: (given) => (given.generate_ssh_key && given.force && given.state === 'present' ? 'action' : 'state'),
  params,
  paramAliases: { user: 'name', createhome: 'create_home' },
  unsupported: {
    local: 'users are made with useradd, in /etc/passwd; leave it out, or write a command task with luseradd',
    seuser: 'write a command task with semanage login',
    hidden: NOT_LINUX,
    login_class: NOT_LINUX,
    profile: NOT_LINUX,
    authorization: NOT_LINUX,
    role: NOT_LINUX,
  },
  example: `
- name: Somebody who may look at haproxy
  user:
    name: anna
    groups: [haproxy-admins]
    append: yes
    shell: /bin/bash
`,
  returns: {
    name: 'Name of the user.',
    state: 'present or absent, as asked for.',
    uid: 'Its number, where it is known.',
    group: 'The number of its own group, where it is known.',
    groups: 'The groups asked for, with commas between them.',
    comment: 'As in /etc/passwd. Also home and shell.',
    append: 'As asked for. Also move_home, create_home, system, remove and force.',
    ssh_key_file: 'Where the key is. Also ssh_public_key and ssh_fingerprint.',
  },
  notes: [
    'The number that a new user gets without uid is not known in check mode.',
    'Passwords go to chpasswd, so that no list of processes shows them; no difference does either.',
    'A new home has the permissions that login.defs says (HOME_MODE, else UMASK), whoever makes it. Where it says HOME_MODE, umask has no effect, as with useradd itself.',
    'A user without a password stays locked: password_lock: no has nothing to unlock there. Ansible reports a change every time.',
    "A home that is not the user's own, or holds that of another user, is not removed without force, and a directory of the system or a link never: the task fails before it does anything. Ansible removes the user first, and the homes of others with it.",
  ],
  prepare,
  asks,
  plan: planUser,
  result: (wish, output) => (wish.key ? keyResult(output) : {}),
})

function prepare(given: z.output<typeof params>): UserWish {
  const refuse = (message: string, hint?: string): never => {
    throw wrong(`user: ${message}`, hint)
  }
  if (/[:\n]/.test(given.name) || given.name.startsWith('-'))
    refuse(`${JSON.stringify(given.name)} is not the name of a user`)
  for (const key of ['comment', 'home', 'shell', 'password'] as const)
    if (/[:\n]/.test(given[key] ?? '')) refuse(`${key} cannot have a colon or a line break`)
  if (given.umask !== undefined && cNumber(given.umask) === undefined)
    refuse(`umask: ${given.umask} is no number`, 'write umask: "077"')
  if (given.non_unique && given.uid === undefined) refuse('non_unique needs uid', 'add uid:')
  if (given.append && given.groups === undefined) refuse('append needs groups', 'add groups:')
  const { state, generate_ssh_key, ssh_key_file, ...rest } = given
  const key = {
    file: ssh_key_file ?? `.ssh/id_${given.ssh_key_type}`,
    type: given.ssh_key_type,
    bits: given.ssh_key_bits,
    comment: given.ssh_key_comment,
    passphrase: given.ssh_key_passphrase,
  }
  return {
    ...rest,
    present: state === 'present',
    groups: given.groups === undefined ? undefined : [...new Set(given.groups.filter((one) => one !== ''))],
    key: generate_ssh_key && state === 'present' ? key : undefined,
  }
}

function asks(wish: UserWish): WorldQuestion[] {
  const { name: user, present } = wish
  const home = guessedHome(wish)
  const questions: WorldQuestion[] = [
    rulesQuestion,
    shadowQuestion(user),
    { kind: 'user', ask: { name: user, changes: true } },
  ]
  // The group of the same name: a new user's own one, or one that goes with it.
  if (!present || wish.group === undefined)
    questions.push({ kind: 'group', ask: { name: user, changes: true } })
  if (!present) {
    if (wish.remove)
      questions.push(
        homeKeptQuestion(user),
        pathQuestion({ path: home }),
        pathQuestion({ path: home, follow: true }),
      )
    return [...questions, primaryQuestion(user)]
  }
  questions.push(pathQuestion({ path: home, follow: true }))
  if (wish.move_home) questions.push(pathQuestion({ path: guessedHome({ name: user }), follow: true }))
  if (wish.uid !== undefined) {
    if (!wish.non_unique) questions.push(...numberQuestions('user', wish.uid))
    if (wish.group === undefined) questions.push(...numberQuestions('group', wish.uid))
  }
  const groups = [...(wish.group === undefined ? ['100', 'users'] : [wish.group]), ...(wish.groups ?? [])]
  for (const name of groups) questions.push({ kind: 'group', ask: { name } })
  if (wish.create_home) {
    questions.push(creatorQuestion, ...directoryQuestions(home))
    questions.push(pathQuestion({ path: skeletonOf(wish), follow: true, tree: true }))
  }
  if (wish.key) {
    questions.push(keyQuestion(user, wish.key))
    for (const each of keyPaths(wish.key, home)) questions.push(pathQuestion({ path: each, follow: true }))
    questions.push(pathQuestion({ path: joinPath(home, '.ssh'), follow: true }))
  }
  return questions
}
