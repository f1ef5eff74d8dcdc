import type ServiceDetail from './ServiceDetail.svelte'

/** The page of a service account: comes when the first one is shown. `load` may be called as often as one likes. */
class ServiceParts {
  ServiceDetail = $state.raw<typeof ServiceDetail | null>(null)
  #loading: Promise<void> | null = null

  load = (): Promise<void> => (this.#loading ??= this.#import())

  async #import(): Promise<void> {
    this.ServiceDetail = (await import('./ServiceDetail.svelte')).default
  }
}

export const serviceParts = new ServiceParts()
