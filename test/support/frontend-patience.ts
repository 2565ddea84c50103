import { configure } from '@testing-library/react';

// a busy machine is not a broken page: only the test's own time-out ends its patience
configure({ asyncUtilTimeout: 20_000 });
