"""What a journey does, told in small text tables. `told.py` says how to read and write one."""
