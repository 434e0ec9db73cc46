"""What a lens shows of a network, and the screen that looks through one."""
