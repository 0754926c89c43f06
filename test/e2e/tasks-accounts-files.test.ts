import { beforeAll, describe, expect, test } from 'vitest'
import { lab } from '../lab/lab.ts'
import { ModuleLife } from './support/module-life.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHAKHD9tfdd1FjaWbMoIPn7OB5fzVZE9P4bgNl2abcde'
const HOSTS = ['mpy', 'dpy'] as const

beforeAll(async () => {
  await lab.reset([...HOSTS])
})

describe.each(HOSTS)('keys and jobs on %s', (host) => {
  const life = new ModuleLife(host)

  test('authorized keys', async () => {
    await lab.sh(host, 'useradd -m anna; useradd -m -d /srv/berta berta; useradd -M carl')
    await life.changes('authorized_key', { user: 'anna', key: `${KEY} one` })
    await life.changes('authorized_key', { user: 'anna', key: `${KEY} two`, key_options: 'no-pty' })
    await life.changes('authorized_key', { user: 'berta', key: `${KEY} one\nssh-rsa AAAAB3 r` })
    await life.changes('authorized_key', { user: 'berta', key: 'ssh-rsa AAAAB3 r', state: 'absent' })
    await life.changes('authorized_key', { user: 'berta', key: 'ssh-rsa AAAAB4 s', exclusive: true })
    await life.changes('authorized_key', {
      user: 'anna',
      key: `${KEY} one`,
      path: '/srv/keys/deep/anna',
      manage_dir: false,
    })
    await life.fails('authorized_key', { user: 'carl', key: KEY }, /\/home\/carl\/.ssh does not exist/)
    const said = await lab.sh(
      host,
      'cd /home/anna/.ssh; stat -c "%n %a %U %G" . authorized_keys; cat authorized_keys; ' +
        'stat -c "%n %a %U %G" /srv/berta/.ssh/authorized_keys /srv/keys/deep /srv/keys/deep/anna; cat /srv/berta/.ssh/authorized_keys',
    )
    expect(said).toBe(
      `. 700 anna anna\nauthorized_keys 600 anna anna\nno-pty ${KEY} two\n` +
        '/srv/berta/.ssh/authorized_keys 600 berta berta\n/srv/keys/deep 755 root root\n' +
        '/srv/keys/deep/anna 600 anna anna\nssh-rsa AAAAB4 s\n',
    )
  })

  test('known hosts, as ssh-keygen sees them', async () => {
    await lab.sh(host, 'mkdir -p -m 0700 /root/.ssh; rm -f /root/.ssh/known_hosts')
    await life.changes('known_hosts', { name: 'git.test', key: `git.test ${KEY}` })
    await life.changes('known_hosts', { name: 'git.test', key: `git.test ${KEY}`, hash_host: true })
    expect(await lab.sh(host, 'ssh-keygen -F git.test -f /root/.ssh/known_hosts | tail -n 1')).toMatch(
      /^\|1\|/,
    )
    await life.changes('known_hosts', {
      name: 'other',
      key: `other ${KEY}`,
      path: '/etc/ssh/ssh_known_hosts',
    })
    await life.changes('known_hosts', { name: 'git.test', state: 'absent' })
    await life.isDone('known_hosts', { name: 'git.test', state: 'absent' })
    expect(await lab.sh(host, 'cat /root/.ssh/known_hosts; stat -c %a /etc/ssh/ssh_known_hosts')).toBe(
      '644\n',
    )
  })

  test('jobs and variables of crontabs', async () => {
    await life.changes('cron', { name: 'a', job: 'date', hour: '5,2' })
    await life.changes('cron', { name: 'a', job: 'date', special_time: 'daily' })
    await life.changes('cron', { name: 'PATH', env: true, job: '/bin' })
    await life.changes('cron', { name: 'X', env: true, job: '1', insertafter: 'PATH' })
    const kept = await life.changes('cron', { name: 'b', user: 'anna', job: "echo 'it'", backup: true })
    expect(kept.result['backup_file']).toMatch(/^\/tmp\/crontab/)
    await life.changes('cron', { name: 'c', job: 'date', disabled: true })
    await life.changes('cron', { name: 'c', state: 'absent' })
    expect(await lab.sh(host, 'crontab -l; crontab -u anna -l')).toBe(
      `PATH="/bin"\nX="1"\n#Ansible: a\n@daily date\n#Ansible: b\n* * * * * echo 'it'\n`,
    )
    const wrong = await life.run('cron', { name: 'd', job: 'date', minute: 99 })
    expect(wrong.failure).toMatch(/bad minute/)
    await life.fails('cron', { name: 'd', user: 'nobody-there', job: 'date' }, /no user/)
  })

  test('a file of cron.d', async () => {
    const file = { name: 'a', cron_file: 'hk-test', user: 'root' }
    await life.changes('cron', { ...file, job: 'date' })
    await life.changes('cron', { ...file, name: 'MAILTO', env: true, job: 'root' })
    expect(await lab.sh(host, 'cat /etc/cron.d/hk-test; stat -c %a /etc/cron.d/hk-test')).toBe(
      'MAILTO="root"\n#Ansible: a\n* * * * * root date\n644\n',
    )
    await life.changes('cron', { ...file, name: 'MAILTO', env: true, state: 'absent' })
    await life.changes('cron', { ...file, state: 'absent' })
    expect(await lab.sh(host, '[ -e /etc/cron.d/hk-test ] || echo gone')).toBe('gone\n')
    await life.isDone('cron', { ...file, state: 'absent' })
  })
})
