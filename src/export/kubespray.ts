import { stringify } from 'yaml'
import type { Endpoint } from '../ha/endpoint.ts'

/** Group variables for kubespray (group_vars/all/all.yml). A name is only written where one was given. */
export function kubespray(endpoint: Endpoint, name: string | undefined): string {
  const [first, ...more] = endpoint.vips.map(({ address }) => address)
  const extra = [...more, ...(name === undefined ? [] : [name])]
  const variables = {
    ...(name === undefined ? {} : { apiserver_loadbalancer_domain_name: name }),
    loadbalancer_apiserver: { address: first, port: endpoint.port },
    ...(endpoint.apiserverPort === 6443 ? {} : { kube_apiserver_port: endpoint.apiserverPort }),
    // kubespray itself puts only the address above into the certificates.
    ...(extra.length > 0 ? { supplementary_addresses_in_ssl_keys: extra } : {}),
  }
  return `# For kubespray's group_vars/all/all.yml.\n${stringify(variables)}`
}
