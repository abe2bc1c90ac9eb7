//! aws_cli
