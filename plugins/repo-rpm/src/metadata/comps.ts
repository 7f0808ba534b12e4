import type { PackageGroup } from '@ostrata/contract';
import { numberNames } from './names.ts';
import { type XmlHandler, type XmlLimits, XmlScanner } from './xml-scanner.ts';

const NAMES = [
  'comps',
  'group',
  'environment',
  'id',
  'name',
  'xml:lang',
  'packagelist',
  'packagereq',
  'type',
  'requires',
  'grouplist',
  'groupid',
  'optionlist',
  'description',
] as const;
const N = numberNames(NAMES);

const TYPES = ['mandatory', 'default', 'optional', 'conditional'] as const;

type Member = PackageGroup['packages'][number];

/** A named set of groups. */
export interface Environment {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  /** Ids of the groups that are always part of it. */
  readonly groups: readonly string[];
  /** Ids of those that may be added. */
  readonly options: readonly string[];
}

export interface Comps {
  readonly groups: readonly PackageGroup[];
  readonly environments: readonly Environment[];
}

/** Bytes that a comps file may have, decompressed: Fedora's has 2 MB. */
export const MAX_COMPS = 256 * 2 ** 20;

/** Reads `comps.xml` as its bytes arrive (the groups of a repository; libcomps, comps.rng). */
export class CompsReader implements XmlHandler {
  readonly #xml: XmlScanner;
  readonly #groups: PackageGroup[] = [];
  readonly #environments: Environment[] = [];
  #id = '';
  #name = '';
  #packages: Member[] = [];
  #description = '';
  #members: string[] = [];
  #options: string[] = [];
  #list = 0;
  #type: Member['type'] = 'mandatory';
  #requires: string | undefined;

  constructor(limits: Partial<XmlLimits> = {}) {
    this.#xml = new XmlScanner(NAMES, this, { size: MAX_COMPS, ...limits });
  }

  /** @throws MetadataError */
  write(chunk: Uint8Array): void {
    this.#xml.write(chunk);
  }

  /** @throws MetadataError */
  end(): Comps {
    this.#xml.end();
    return { groups: this.#groups, environments: this.#environments };
  }

  open(name: number, xml: XmlScanner): boolean {
    switch (xml.depth) {
      case 1:
        xml.expectRoot(name, N.comps);
        return false;
      case 2:
        this.#id = '';
        this.#name = '';
        this.#packages = [];
        this.#description = '';
        this.#members = [];
        this.#options = [];
        return false;
      case 3:
        this.#list = name;
        // Translated names stand beside the plain one.
        return name === N.id || ((name === N.name || name === N.description) && xml.attribute(N['xml:lang']) < 0);
      case 4:
        if (this.#list === N.packagelist && name === N.packagereq) {
          const type = xml.attributeText(N.type);
          // A word that is none of the four counts as mandatory, as libcomps has it.
          this.#type = TYPES.find((known) => known === type) ?? 'mandatory';
          this.#requires = xml.attributeText(N.requires);
          return true;
        }
        return (this.#list === N.grouplist || this.#list === N.optionlist) && name === N.groupid;
      default:
        return false;
    }
  }

  close(name: number, xml: XmlScanner): void {
    if (xml.depth === 4) this.#member(name, xml);
    else if (xml.depth === 3) {
      if (name === N.id) this.#id = xml.textString().trim();
      else if (name === N.name && xml.textLength > 0) this.#name = xml.textString().trim();
      else if (name === N.description && xml.textLength > 0) this.#description = xml.textString().trim();
    } else if (xml.depth === 2 && (name === N.group || name === N.environment)) this.#finish(name, xml);
  }

  #member(name: number, xml: XmlScanner): void {
    const text = xml.textString().trim();
    if (text === '') return;
    if (name === N.packagereq && this.#list === N.packagelist) {
      const requires = this.#type === 'conditional' ? this.#requires : undefined;
      this.#packages.push({ name: text, type: this.#type, ...(requires === undefined ? {} : { requires }) });
    } else if (name === N.groupid && this.#list === N.grouplist) this.#members.push(text);
    else if (name === N.groupid && this.#list === N.optionlist) this.#options.push(text);
  }

  #finish(name: number, xml: XmlScanner): void {
    const what = name === N.group ? 'a group' : 'an environment';
    if (this.#id === '') throw xml.error('METADATA_INVALID', `${what} has no id`);
    const common = {
      id: this.#id,
      name: this.#name || this.#id,
      ...(this.#description === '' ? {} : { description: this.#description }),
    };
    if (name === N.group) this.#groups.push({ ...common, packages: this.#packages });
    else this.#environments.push({ ...common, groups: this.#members, options: this.#options });
  }
}

/** All that `@id` can name. */
export function selectableGroups({ groups, environments }: Comps): PackageGroup[] {
  const named = environments.map(({ groups: members, options, ...environment }) => ({
    ...environment,
    packages: [],
    environment: { groups: members, options },
  }));
  return [...groups, ...named];
}
