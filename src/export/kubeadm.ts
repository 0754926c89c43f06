import { stringify } from 'yaml'
import type { Endpoint } from '../ha/endpoint.ts'
import { hostAndPort } from './endpoint.ts'

/** Versions of kubeadm's configuration that have these fields. */
export const KUBEADM_VERSIONS = ['v1beta4', 'v1beta3'] as const
export type KubeadmVersion = (typeof KUBEADM_VERSIONS)[number]

/** What kubeadm's configuration must say about the endpoint; the rest is the cluster's own. */
export function kubeadm(endpoint: Endpoint, name: string | undefined, version: KubeadmVersion): string {
  const apiVersion = `kubeadm.k8s.io/${version}`
  const vips = endpoint.vips.map(({ address }) => address)
  const cluster = {
    apiVersion,
    kind: 'ClusterConfiguration',
    controlPlaneEndpoint: hostAndPort(endpoint, name),
    apiServer: { certSANs: [...(name === undefined ? [] : [name]), ...vips] },
  }
  const init = {
    apiVersion,
    kind: 'InitConfiguration',
    localAPIEndpoint: { bindPort: endpoint.apiserverPort },
  }
  const documents = endpoint.apiserverPort === 6443 ? [cluster] : [cluster, init]
  const head = '# For `kubeadm init --config`: put it together with what your cluster needs besides.\n'
  return head + documents.map((document) => stringify(document)).join('---\n')
}
