/** Settings of dnf.conf that matter here, with the values the features start with. */
export class Settings {
  readonly #values = new Map<string, string>([
    ['best', '1'],
    ['clean_requirements_on_remove', '1'],
    ['install_weak_deps', '1'],
    ['exclude_from_weak_autodetect', '1'],
    ['obsoletes', '1'],
    ['allow_downgrade', '1'],
    ['allow_vendor_change', '1'],
    ['installonly_limit', '3'],
    ['multilib_policy', 'best'],
    [
      'installonlypkgs',
      'kernel,kernel-PAE,installonlypkg(kernel),installonlypkg(kernel-module),installonlypkg(vm),multiversion(kernel)',
    ],
    ['group_package_types', 'mandatory,default,conditional'],
  ]);

  constructor(...layers: readonly Iterable<readonly [string, string]>[]) {
    for (const layer of layers) for (const [key, value] of layer) this.#set(key, value);
  }

  #set(key: string, value: string): void {
    if (key === 'strict') {
      const skip = isOn(value) ? '0' : '1';
      this.#values.set('skip_broken', skip).set('skip_unavailable', skip);
    } else this.#values.set(key === 'exclude' ? 'excludepkgs' : key, value);
  }

  is(key: string): boolean {
    return isOn(this.#values.get(key) ?? '0');
  }

  text(key: string): string {
    return this.#values.get(key) ?? '';
  }

  list(key: string): string[] {
    return this.text(key)
      .split(/[\s,]+/)
      .filter((word) => word !== '');
  }
}

function isOn(value: string): boolean {
  return /^(1|true|yes|on)$/i.test(value);
}
