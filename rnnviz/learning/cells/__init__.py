"""What a recurrent layer computes in one timestep, forward and backward, cell by cell."""
