// The whole state of the page, in the part of the address after #: #/breadth?basket=gpu_accelerators&clock=close
export const kScreens = ['overview', 'breadth', 'rotation', 'waves', 'leaders', 'events', 'health', 'recordings'] as const;
export type Screen = (typeof kScreens)[number];
export type Parameters = Record<string, string>;

export function parseRoute(hash: string): { screen: Screen; parameters: Parameters } {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const screen = kScreens.find((name) => name === path) ?? 'overview';
  return { screen, parameters: Object.fromEntries(new URLSearchParams(query)) };
}

export function formatRoute(screen: Screen, parameters: Parameters): string {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '')).toString();
  return `#/${screen}${query === '' ? '' : `?${query}`}`;
}

// What one screen means alone is left behind with it.
const kKept = ['basket', 'rec', 'at', 'a', 'b'];

class Route {
  screen = $state<Screen>('overview');
  parameters = $state.raw<Parameters>({});

  start(): void {
    const read = (): void => {
      const { screen, parameters } = parseRoute(location.hash);
      this.screen = screen;
      this.parameters = parameters;
    };
    read();
    addEventListener('hashchange', read);
  }

  get(name: string): string {
    return this.parameters[name] ?? '';
  }

  /** The address of another screen, or of this one with other parameters; '' takes one away. */
  to(screen: Screen, patch: Parameters = {}): string {
    const kept =
      screen === this.screen ? this.parameters : Object.fromEntries(Object.entries(this.parameters).filter(([k]) => kKept.includes(k)));
    return formatRoute(screen, { ...kept, ...patch });
  }

  go(screen: Screen, patch: Parameters = {}): void {
    location.hash = this.to(screen, patch);
  }

  /** Changes parameters of this screen without a step in the history. */
  set(patch: Parameters): void {
    const address = this.to(this.screen, patch);
    if (address === location.hash) return;
    history.replaceState(history.state, '', address);
    this.parameters = parseRoute(address).parameters;
  }
}

export const route = new Route();
