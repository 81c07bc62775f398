using System.Reflection;
using PgWorkflows.Postgres.Resources;
using Xunit;

namespace PgWorkflows.Cli.Tests;

/// <summary>The README says what the program does.</summary>
public sealed class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"));

    [Fact]
    public void The_configuration_reference_lists_every_setting_with_its_default_and_meaning() =>
        Assert.Equal(
            ResourceSettings.All.Select(setting => $"| `{setting.Name}` | {setting.DefaultText} | {setting.Description} |"),
            Readme.Split('\n').SkipWhile(line => line != "| setting | default | meaning |").Skip(2).TakeWhile(line => line.StartsWith('|')));

    [Fact]
    public void Every_exit_code_stands_in_the_table_of_return_values()
    {
        var codes = typeof(ExitCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (int)field.GetRawConstantValue()!);

        Assert.All(codes, code => Assert.Contains($"\n| {code} |", Readme));
    }

    [Fact]
    public async Task Every_command_stands_in_the_list()
    {
        using var pgw = new Pgw();
        var help = (await pgw.RunAsync("--help")).Stdout;
        var commands = help.Split("Commands:")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim().Split(' ')[0]).Where(word => word.Length > 0);

        Assert.All(commands, command => Assert.Contains(command, Readme));
    }
}
