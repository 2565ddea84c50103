import { readdirSync } from 'node:fs';
import { StageSettings } from './stage.ts';

/** Settings of a stage by its file's name. @throws Error that names the stages there are */
export async function readStage(name: string): Promise<StageSettings> {
  const stages = readdirSync(new URL('stages/', import.meta.url)).map((file) => file.replace('.ts', ''));
  if (!stages.includes(name))
    throw new Error(`there is no stage "${name}" in lib/config/stages; there are: ${stages.join(', ')}`);
  const { default: settings } = await import(`./stages/${name}.ts`);
  return StageSettings.parse(settings);
}
