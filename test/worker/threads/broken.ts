/** A thread that cannot start. */
throw new Error('the kernels are not there');
