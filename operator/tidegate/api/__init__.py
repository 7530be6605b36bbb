"""What users declare: pydantic models, and the CRDs made from them. Imports nothing of ours."""
