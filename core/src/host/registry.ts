import type { Context } from '@ostrata/contract';
import { coreError } from '../errors.ts';

/** A plugin's offer of a capability. */
export interface Offer {
  readonly plugin: string;
  readonly make: (ctx: Context) => unknown;
}

/** Which plugin answers which capability. Slots are named `solver` or, for keyed capabilities, `transport:https`. */
export class Registry {
  readonly #offers = new Map<string, Offer[]>();
  readonly #choices: { readonly [slot: string]: string };

  /** `choices` names a plugin for a capability (`solver`, or `transport` for all its keys) or for one key (`transport:https`). */
  constructor(choices: { readonly [slot: string]: string }) {
    this.#choices = choices;
  }

  add(capability: string, key: string | null, offer: Offer): void {
    const slot = slotOf(capability, key);
    const offers = this.#offers.get(slot) ?? [];
    if (offers.some((other) => other.plugin === offer.plugin)) {
      throw coreError('CAPABILITY_DUPLICATE', `The plugin ${offer.plugin} provides ${slot} twice.`);
    }
    this.#offers.set(slot, [...offers, offer]);
  }

  /** The one that answers. Throws CAPABILITY_MISSING or CAPABILITY_AMBIGUOUS. */
  find(capability: string, key: string | null): Offer {
    const slot = slotOf(capability, key);
    const offers = this.#offers.get(slot) ?? [];
    const choice = this.#choices[slot] ?? (key === null ? undefined : this.#choices[capability]);
    const chosen = offers.find((offer) => offer.plugin === choice) ?? (offers.length === 1 ? offers[0] : undefined);
    if (chosen !== undefined) return chosen;
    if (offers.length === 0) throw this.#missing(capability, key);
    const plugins = offers.map((offer) => offer.plugin);
    throw coreError('CAPABILITY_AMBIGUOUS', `Several plugins provide ${slot}: ${plugins.join(', ')}.`, {
      hint: `Choose one in the configuration: capabilities: { "${slot}": ${plugins[0]} }.`,
      data: { capability, key, plugins },
    });
  }

  /** Whether a slot has a provider; `transport` alone asks for any key. */
  has(slot: string): boolean {
    return this.#offers.has(slot) || this.keys(slot).length > 0;
  }

  /** Keys of a keyed capability, in plugin order. */
  keys(capability: string): string[] {
    const prefix = `${capability}:`;
    return [...this.#offers.keys()].filter((slot) => slot.startsWith(prefix)).map((slot) => slot.slice(prefix.length));
  }

  /** Slots that a plugin serves, the ones another plugin was chosen for left out. */
  servedBy(plugin: string): string[] {
    return [...this.#offers].flatMap(([slot, offers]) => {
      const rivals = offers.length > 1 && this.#choiceFor(slot) !== plugin;
      return offers.some((offer) => offer.plugin === plugin) && !rivals ? [slot] : [];
    });
  }

  /** Slots that a plugin offers, whoever serves them. */
  offeredBy(plugin: string): string[] {
    return [...this.#offers].flatMap(([slot, offers]) =>
      offers.some((offer) => offer.plugin === plugin) ? [slot] : [],
    );
  }

  /** Choices of the configuration that nothing answers to. */
  *wrongChoices(): Iterable<{ slot: string; plugin: string; offered: readonly string[] }> {
    for (const [slot, plugin] of Object.entries(this.#choices)) {
      const offers = [...this.#offers].filter(([name]) => name === slot || name.startsWith(`${slot}:`));
      const offered = new Set(offers.flatMap(([, list]) => list.map((offer) => offer.plugin)));
      if (!offered.has(plugin)) yield { slot, plugin, offered: [...offered] };
    }
  }

  #choiceFor(slot: string): string | undefined {
    return this.#choices[slot] ?? this.#choices[slot.split(':', 1)[0] ?? ''];
  }

  #missing(capability: string, key: string | null): Error {
    const keys = this.keys(capability);
    const others = key !== null && keys.length > 0 ? ` There are providers for: ${keys.join(', ')}.` : '';
    const slot = slotOf(capability, key);
    return coreError('CAPABILITY_MISSING', `No loaded plugin provides ${slot}.${others}`, {
      hint: `Enable a plugin that provides ${slot}; \`ostrata plugins\` shows what is loaded.`,
      data: { capability, key, keys },
    });
  }
}

export function slotOf(capability: string, key: string | null): string {
  return key === null ? capability : `${capability}:${key}`;
}
