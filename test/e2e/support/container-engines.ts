import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lab } from '../../lab/lab.ts'
import { containerOf } from '../../lab/members.ts'
import { PATHS } from '../../lab/paths.ts'
import { must, run } from '../../lab/process.ts'
import { bringDebs } from './debs.ts'

/** What the hosts' own repositories have not: both engines, a runtime each, and what Ansible's docker_container needs. */
const PACKAGES = ['podman', 'docker.io', 'runc', 'python3-requests', 'busybox-static', 'iptables']

/**
 * Installs Docker and Podman on a blank Debian-like host of the lab, with images of a static busybox: tiny:1 and
 * tiny:2, which differ in their command. Packages come from wherever the machine's apt has them.
 */
export async function installEngines(host: string): Promise<void> {
  await bringDebs(host, 'engines', PACKAGES)
  await lab.sh(host, SET_UP)
  await settled(host)
}

/**
 * In a container of the lab neither engine may limit CPU time, and Podman's own runtime does not get along with the
 * control groups there.
 */
const SET_UP = `
export DEBIAN_FRONTEND=noninteractive
dpkg -i /root/engines/*.deb >/root/engines/log 2>&1 || { tail -n 5 /root/engines/log >&2; exit 1; }
rm -r /root/engines
printf '[storage]\\ndriver = "vfs"\\ngraphroot = "/var/lib/containers/storage"\\nrunroot = "/run/containers/storage"\\n' >/etc/containers/storage.conf
printf '[engine]\\ncgroup_manager = "cgroupfs"\\nruntime = "runc"\\nevents_logger = "file"\\n' >/etc/containers/containers.conf
# The lab's own network is Podman's default one.
sed -i 's/10\\.88\\.0\\./10.99.0./' /etc/cni/net.d/87-podman-bridge.conflist
cd /root && mkdir -p tiny/bin tiny/etc && cp /bin/busybox tiny/bin && cp /etc/passwd tiny/etc
for name in sh sleep ls cat true false env id echo test; do ln -sf busybox tiny/bin/$name; done
tar -C tiny -cf tiny.tar .
`

async function settled(host: string): Promise<void> {
  const dockerImport = ['ENV FROM=image', 'EXPOSE 80', 'CMD ["sleep","1000"]', 'LABEL made=test']
  const one = dockerImport.map((line) => `-c '${line}'`).join(' ')
  const podmanOne = dockerImport.map((line) => `-c '${line.replace(' ', '=')}'`).join(' ')
  await lab.sh(
    host,
    `for try in 1 2 3 4 5 6 7 8 9 10; do docker info >/dev/null 2>&1 && break; sleep 1; done
docker import ${one} /root/tiny.tar tiny:1
docker import -c 'CMD ["sleep","2000"]' /root/tiny.tar tiny:2
podman import -q ${podmanOne} /root/tiny.tar localhost/tiny:1
podman import -q -c 'CMD=["sleep","2000"]' /root/tiny.tar localhost/tiny:2`,
  )
}

/** The image that the hosts have only once they have pulled it. */
export const FAR = '127.0.0.1:5000/far:1'

/** Serves an image to both engines of the host. Which of two it is the file /root/registry.state says: 1 or 2. */
export async function serveImage(host: string): Promise<void> {
  const script = join(import.meta.dirname, 'registry.py')
  await must(['docker', 'cp', script, `${containerOf(host)}:/root/registry.py`])
  await lab.sh(
    host,
    `echo 1 >/root/registry.state
systemd-run --quiet --unit=registry python3 /root/registry.py /root/registry.state
printf '[[registry]]\\nlocation = "127.0.0.1:5000"\\ninsecure = true\\n' >/etc/containers/registries.conf.d/lab.conf
for try in 1 2 3 4 5 6 7 8 9 10; do docker pull -q ${FAR} >/dev/null 2>&1 && exit; sleep 1; done; exit 1`,
  )
}

/** What ansible-core says to these tasks, in their order: whether they would change the host, or why they fail. */
export async function askAnsible(
  host: string,
  tasks: readonly Record<string, unknown>[],
  check: boolean,
): Promise<(boolean | string)[]> {
  const folder = join(PATHS.state, 'engines', 'ansible')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'inventory.ini'), lab.inventory([host]))
  const play = tasks.map((task) => ({ ...task, ignore_errors: true }))
  await writeFile(
    join(folder, 'site.yml'),
    JSON.stringify([{ hosts: host, gather_facts: false, tasks: play }]),
  )
  const { stdout, stderr } = await run(
    ['ansible-playbook', '-i', 'inventory.ini', 'site.yml', ...(check ? ['--check'] : [])],
    {
      cwd: folder,
      env: {
        ANSIBLE_STDOUT_CALLBACK: 'json',
        ANSIBLE_PIPELINING: '1',
        ANSIBLE_SSH_CONTROL_PATH_DIR: join(folder, 'cp'),
      },
      timeout: 600_000,
    },
  )
  const said: {
    plays: { tasks: { hosts: Record<string, { changed?: boolean; failed?: boolean; msg?: string }> }[] }[]
  } = JSON.parse(stdout.slice(stdout.indexOf('{')) || `{"plays":[]}`)
  const results = said.plays.flatMap((one) => one.tasks.map((task) => task.hosts[host]))
  if (results.length !== tasks.length)
    throw new Error(`ansible came to no end:\n${stdout}\n${stderr}`.slice(-2000))
  return results.map((result) =>
    result?.failed === true ? `failed: ${result.msg ?? ''}` : result?.changed === true,
  )
}
