"""What a policy document really allows. Pure; what it can not judge is said to be so, never taken as allowed."""
