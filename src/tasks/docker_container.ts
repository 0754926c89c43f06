import * as z from 'zod'
import { defineTask } from '../task.ts'
import { applied, failureOf } from './container-apply.ts'
import { dockerAliases, dockerProperties, dockerTask, dockerUnsupported } from './docker-params.ts'
import { dockerQuestions, planDocker, thenDockerQuestions } from './docker-plan.ts'
import { type DockerTask, readDockerTask } from './docker-task.ts'

export default defineTask({
  name: 'docker_container',
  aliases: ['community.docker.docker_container', 'community.general.docker_container'],
  summary: 'Have a Docker container that is as described, and runs or does not.',
  kind: () => 'state',
  params: z.strictObject({ ...dockerTask, ...dockerProperties }),
  paramAliases: dockerAliases,
  unsupported: dockerUnsupported,
  example: `
- name: Run keepalived in a container
  docker_container:
    name: keepalived
    image: example.org/keepalived:2.2
    network_mode: host
    capabilities: [NET_ADMIN, NET_BROADCAST, NET_RAW]
    volumes:
      - /etc/keepalived/keepalived.conf:/etc/keepalived/keepalived.conf:ro
    restart_policy: unless-stopped
`,
  returns: {
    container: 'what docker inspect says of the container; with detach: no also its Output',
    status: 'with detach: no, the exit status of the container',
  },
  notes: [
    'The program `docker` does it all; neither Python nor its library for Docker are needed. `DOCKER_HOST` of the log-in shell counts, one of the keyword `environment` does not: write `docker_host`.',
    'As in Ansible, what the task does not say is left alone, and a container that has to be made anew is made of what the task says.',
    'A container that ends with a failure as soon as it is started fails the task, with the end of its log. One that has done its work is started each time, as in Ansible.',
    'The command line gives only one word as an entrypoint, and only tests for a shell to a healthcheck: what else an entrypoint has begins the command, and a test of words (CMD) is run by /bin/sh of the container. Both are compared that way.',
    'docker update takes no limit away: with `memory: 0` and the like the container is made anew. Where `memory` becomes more than the limit of memory and swap and the task does not say that one, both grow, as they do where a container is made.',
    'A source of `mounts` has to be there. Directories of `volumes` docker makes when the container starts.',
    'With `pull: always` only the pull shows whether there is another image: check mode says "would run".',
    'Of `platform` inspect says only the system: another architecture alone is not noticed. Ansible makes such a container anew every time.',
    'Values of `env` are handed to docker through its environment where their names allow it, so that they are on no command line; `docker inspect` shows them.',
  ],
  prepare: (params): DockerTask => readDockerTask(params),
  asks: dockerQuestions,
  asksThen: thenDockerQuestions,
  plan: planDocker,
  result: (_task, output) => applied(output),
  failure: ({ params }, output) => failureOf(`the container ${params.name}`, output),
})
