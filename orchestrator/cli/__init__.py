"""argv -> app -> print and exit code. The only printer; one file per verb, loaded when that verb is called."""
