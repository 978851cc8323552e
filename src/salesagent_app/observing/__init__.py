"""What the outside may see of this process: metrics, traces and faults. All of it is optional."""
