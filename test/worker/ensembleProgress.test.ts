import { describe, expect, it } from 'vitest';
import { createEnsembleControl } from '../../src/worker/run/ensemble/ensembleControl.ts';
import { createEnsembleProgress, type MemberProgress } from '../../src/worker/run/ensemble/ensembleProgress.ts';

const PLAN = { epochs: 10, stepsPerEpoch: 4, rowsPerEpoch: 40, maxThreads: 2, done: { epochs: 0, steps: 0 } };

describe('the progress of an ensemble', () => {
  it('is the work done over the work planned, whatever the order of the networks', () => {
    let now = 0;
    const planned = [
      { epochs: 10, secondsPerEpoch: 3 },
      { epochs: 10, secondsPerEpoch: 1 },
    ];
    const members: MemberProgress[] = [
      { plan: null, epoch: 0, step: 0, isOver: false },
      { plan: null, epoch: 0, step: 0, isOver: false },
    ];
    const progressAt = createEnsembleProgress(planned, members, () => now);
    expect(progressAt()).toMatchObject({ fraction: 0, epoch: 0, epochs: 20, etaSeconds: null });
    members[0] = Object.assign(members[0], { plan: PLAN, epoch: 5, step: 20 });
    now = 1000;
    expect(progressAt()).toMatchObject({ fraction: 0.375, epoch: 5, step: 20, rowsPerSecond: 200, etaSeconds: 1.7 });
    Object.assign(members[1], { epoch: 2, step: 8, isOver: true });
    now = 2000;
    expect(progressAt()).toMatchObject({ fraction: 0.625, epoch: 7, step: 28 });
  });
});

describe('the control of an ensemble', () => {
  it('shares the cores between the networks that train, and the last one gets all that it can use', () => {
    const control = createEnsembleControl();
    control.setWaiting(3);
    expect(control.maxThreads()).toBe(3);
    control.setThreads(2);
    const [first, second] = [control.open(), control.open()];
    control.setWaiting(1);
    expect(control.hasFreeThread()).toBe(false);
    control.setMaxThreads(first, 4);
    expect([first.threads(), second.threads(), control.threads(), control.maxThreads()]).toEqual([1, 1, 2, 6]);
    control.close(second);
    expect([first.threads(), control.hasFreeThread()]).toEqual([2, true]);
  });

  it('names the networks that started last when there are fewer threads than networks', () => {
    const control = createEnsembleControl();
    control.setThreads(3);
    const opened = [control.open(), control.open(), control.open()];
    const lacking = () => opened.map((each) => control.lacksThread(each));
    expect(lacking()).toEqual([false, false, false]);
    control.setThreads(1);
    expect(lacking()).toEqual([false, true, true]);
    control.close(opened[0]);
    expect(lacking()).toEqual([false, false, true]);
    control.setThreads(2);
    expect(lacking()).toEqual([false, false, false]);
  });

  it('passes requests on to the networks that train and to those that start later', () => {
    const control = createEnsembleControl();
    let changes = 0;
    control.onChanged(() => {
      changes += 1;
    });
    const first = control.open();
    control.requestCheckpoint();
    expect(first.consumeCheckpointRequest()).toBe(true);
    control.end('stop');
    expect([first.stopRequest(), control.open().stopRequest(), changes]).toEqual(['stop', 'stop', 1]);
    control.end('pause');
    expect(control.stopRequest()).toBe('stop');
    control.end('cancel');
    expect([control.stopRequest(), first.stopRequest()]).toEqual(['cancel', 'cancel']);
  });
});
