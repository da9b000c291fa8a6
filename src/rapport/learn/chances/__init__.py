"""Whether told chances came true: calibration, gains of one model over another, delays of answers, leaked inputs.

In: probabilities or log losses beside outcomes, who answered, how long it took. Out: figures with intervals, or None
where the answers cannot carry them. Each question has a file of its own.
"""
