import type { Description } from '../stored/description.ts';
import type { MemberName } from '../stored/namedNetworks.ts';
import { preprocessingOf } from './view.ts';

/** The preprocessing of one network as JSON text. */
export async function* networkJson(description: Description): AsyncGenerator<string> {
  yield JSON.stringify(preprocessingOf(description));
}

/** `{"members": [...]}` in chunks. `names` identify the members, in order. */
export async function* membersJson(
  names: readonly MemberName[],
  descriptions: AsyncIterable<Description>,
): AsyncGenerator<string> {
  yield '{"members":[';
  let index = 0;
  for await (const description of descriptions) {
    yield `${index === 0 ? '' : ','}${JSON.stringify({ ...names[index], ...preprocessingOf(description) })}`;
    index += 1;
  }
  yield ']}';
}
