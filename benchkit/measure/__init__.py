"""Numbers out: metrics, intervals and thresholds from scores; time, memory and hardware from the machine.

Knows no plugin. Scores are float64 arrays, the anomaly is the positive class, a higher score is more anomalous.
"""
