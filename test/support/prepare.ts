import { synthesise } from '../../bin/local/synthesise.ts';

// the same build that `npm start` makes, so that the tests run what is run
synthesise();
