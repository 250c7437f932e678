"""The column model learns from decisions: labels are kept, models are fitted, compared, put in place and rolled back."""
