/** A thread that cannot start. */
throw new Error('The kernels are missing.');
