// Dark or light: what the system prefers until the reader chooses.
type Name = 'dark' | 'light';
const kKey = 'groundswell.theme';

class Theme {
  name = $state<Name>('dark');

  start(): void {
    const prefersLight = matchMedia('(prefers-color-scheme: light)');
    const apply = (): void => this.#show(this.#chosen() ?? (prefersLight.matches ? 'light' : 'dark'));
    apply();
    prefersLight.addEventListener('change', apply);
  }

  toggle(): void {
    this.#show(this.name === 'dark' ? 'light' : 'dark');
    try {
      localStorage.setItem(kKey, this.name);
    } catch {
      // A browser that keeps nothing asks the system again at the next start.
    }
  }

  #show(name: Name): void {
    this.name = name;
    document.documentElement.dataset.theme = name;
  }

  #chosen(): Name | null {
    try {
      const name = localStorage.getItem(kKey);
      return name === 'dark' || name === 'light' ? name : null;
    } catch {
      return null;
    }
  }
}

export const theme = new Theme();
