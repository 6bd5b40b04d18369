import { afterAll } from 'vitest';
import { endChildren } from './children.ts';

afterAll(endChildren);
