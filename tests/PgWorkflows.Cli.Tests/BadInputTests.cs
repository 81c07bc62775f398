using System.Text.Json.Nodes;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Cli.Tests;

/// <summary>What operators get wrong: one clear message each, with file, field and cure; an exit code from 64 on; nothing executed.</summary>
public sealed class BadInputTests
{
    public static TheoryData<string, string, string> WrongSettings => new()
    {
        { "port", "0", "PgWorkflows:Resources:0:port" },
        { "port", "70000", "PgWorkflows:Resources:0:port" },
        { "port", "\"five\"", "PgWorkflows:Resources:0:port" },
        { "dataDirectory", "\"data\"", "PgWorkflows:Resources:0:dataDirectory" },
        { "dataDirectory", "\"/nowhere/at/all\"", "PgWorkflows:Resources:0:dataDirectory" },
        { "binDirectory", "\"/usr/share\"", "PgWorkflows:Resources:0:binDirectory" },
        { "client", "\"pgadmin\"", "PgWorkflows:Resources:0:client" },
        { "pollRepeats", "-1", "PgWorkflows:Resources:0:pollRepeats" },
        { "queryLimit", "\"2 days\"", "PgWorkflows:Resources:0:queryLimit" },
        { "pasFile", "\"/x\"", "PgWorkflows:Resources:0:pasFile" },
        { "service", "\"--help\"", "PgWorkflows:Resources:0:service" },
        { "serviceControl", "\"upstart\"", "PgWorkflows:Resources:0:serviceControl" },
    };

    [Theory, MemberData(nameof(WrongSettings))]
    public async Task A_wrong_setting_is_named_with_its_file_and_its_cure(string setting, string json, string key)
    {
        using var service = await ScriptedService.CreateAsync();
        var entry = service.Entry;
        entry[setting] = JsonNode.Parse(json);
        using var pgw = new Pgw(entry);

        var ended = await pgw.RunAsync("restore", "main");

        Assert.Equal(78, ended.ExitCode);
        Assert.Contains($"{pgw.ConfigurationFile}: {key}: ", ended.Stderr);
        Assert.Empty(service.Log);
        Assert.Empty(ended.Stdout);
    }

    [Fact]
    public async Task All_problems_are_told_at_once()
    {
        using var service = await ScriptedService.CreateAsync();
        var (first, second) = (service.Entry, service.Entry);
        first["port"] = 0;
        second["name"] = "MAIN";
        using var pgw = new Pgw(first, second);

        var ended = await pgw.RunAsync("remove", "main");

        Assert.Equal(78, ended.ExitCode);
        Assert.Contains("Resources:0:port", ended.Stderr);
        Assert.Contains("Resources:1:name", ended.Stderr);
    }

    [Fact]
    public async Task A_resource_with_a_problem_does_not_stand_in_the_way_of_another_one_nor_of_reading_the_history()
    {
        using var service = await ScriptedService.CreateAsync();
        var (good, lost) = (service.Entry, service.Entry);
        lost["name"] = "lost";
        lost["dataDirectory"] = "/gone/with/its/disk";
        using var pgw = new Pgw(good, lost);

        Assert.Equal(0, (await pgw.RunAsync("restore", "main")).ExitCode);
        Assert.Equal(0, (await pgw.RunAsync("show", "last")).ExitCode);
        var other = await pgw.RunAsync("restore", "lost");
        var listed = await pgw.RunAsync("resources");

        Assert.Equal((78, 78), (other.ExitCode, listed.ExitCode));
        Assert.Contains("PgWorkflows:Resources:1:dataDirectory", other.Stderr);
        Assert.Contains("PgWorkflows:Resources:1:dataDirectory", listed.Stderr);
        Assert.Contains("main", listed.Stdout);
    }

    [Fact]
    public async Task An_unknown_resource_is_66_and_names_those_that_there_are()
    {
        using var service = await ScriptedService.CreateAsync();
        using var pgw = new Pgw(service.Entry);

        var ended = await pgw.RunAsync("restore", "mian", "--json");

        Assert.Equal(66, ended.ExitCode);
        Assert.Contains("there is no resource 'mian'. Configured: main", ended.Json.GetProperty("error").GetString());
        Assert.Empty(service.Log);
    }

    public static TheoryData<string, string> WrongFiles => new()
    {
        { "", "is not valid JSON" },
        { "{ \"PgWorkflows\": { ", "is not valid JSON at line 1" },
        { "{ \"PgWorkflows\": { \"Resuorces\": [] } }", "PgWorkflows:Resuorces: is unknown" },
        { "{ \"PgWorkflows\": { \"Resources\": [ 5 ] } }", "PgWorkflows:Resources:0" },
        { "{ \"PgWorkflows\": { \"Resources\": [], \"resources\": [] } }", "is there twice" },
        { "BIG", "a configuration has at most" },
    };

    [Theory, MemberData(nameof(WrongFiles))]
    public async Task A_broken_configuration_file_is_78(string content, string message)
    {
        using var pgw = new Pgw();
        await File.WriteAllTextAsync(pgw.ConfigurationFile, content == "BIG" ? new string(' ', 10_000_000) : content, TestContext.Current.CancellationToken);

        var ended = await pgw.RunAsync("resources");

        Assert.Equal(78, ended.ExitCode);
        Assert.Contains(pgw.ConfigurationFile, ended.Stderr);
        Assert.Contains(message, ended.Stderr);
    }

    [Fact]
    public async Task A_missing_configuration_file_is_78()
    {
        using var pgw = new Pgw();
        File.Delete(pgw.ConfigurationFile);

        var ended = await pgw.RunAsync("resources");

        Assert.Equal((78, true), (ended.ExitCode, ended.Stderr.Contains("does not exist", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("restore")]
    [InlineData("restore", "a", "b")]
    [InlineData("state", "main", "XYZ")]
    [InlineData("history", "--last", "0")]
    [InlineData("history", "--last", "abc")]
    [InlineData("restore", "main", "--frob")]
    public async Task A_wrong_command_line_is_64(params string[] arguments)
    {
        using var pgw = new Pgw();

        var ended = await pgw.RunAsync(arguments);

        Assert.Equal((64, ""), (ended.ExitCode, ended.Stdout));
        Assert.StartsWith("pgw: ", ended.Stderr);
    }

    [Fact]
    public async Task A_command_in_other_letters_is_not_run_and_the_right_one_is_named()
    {
        using var pgw = new Pgw();

        var ended = await pgw.RunAsync("quickcheck", "main");

        Assert.Equal(64, ended.ExitCode);
        Assert.Contains("Did you mean 'quickCheck'?", ended.Stderr);
    }

    [Fact]
    public async Task Doctor_and_resources_tell_mistakes_in_the_servers_own_settings_too()
    {
        using var pgw = new Pgw();
        var settings = JsonNode.Parse(File.ReadAllText(pgw.ConfigurationFile))!;
        settings["PgWorkflows"]!["Server"] = new JsonObject { ["SessionIdle"] = "soon" };
        settings["PgWorkflows"]!["Retention"] = new JsonObject { ["Runs"] = "for ever" };
        File.WriteAllText(pgw.ConfigurationFile, settings.ToJsonString());

        var doctor = await pgw.RunAsync("doctor");
        var resources = await pgw.RunAsync("resources");

        Assert.Equal((71, 78), (doctor.ExitCode, resources.ExitCode));
        foreach (var told in new[] { doctor.Stdout, resources.Stderr })
        {
            Assert.Contains("PgWorkflows:Server:SessionIdle", told);
            Assert.Contains("PgWorkflows:Retention:Runs", told);
        }
    }

    [Fact]
    public async Task An_unknown_run_is_67()
    {
        using var pgw = new Pgw();

        Assert.Equal(67, (await pgw.RunAsync("show", "0123456789abcdef")).ExitCode);
        Assert.Equal(67, (await pgw.RunAsync("show", "last")).ExitCode);
    }

    [Fact]
    public async Task A_history_that_cannot_be_written_is_73_and_nothing_is_done()
    {
        using var service = await ScriptedService.CreateAsync();
        using var pgw = new Pgw(service.Entry);
        await File.WriteAllTextAsync(pgw.Data, "a file where a folder should be", TestContext.Current.CancellationToken);

        var ended = await pgw.RunAsync("restore", "main");

        Assert.Equal(73, ended.ExitCode);
        Assert.Contains(pgw.Data, ended.Stderr);
        Assert.Empty(service.Log);
    }

    public static TheoryData<string, string> WrongDefinitions => new()
    {
        { "missing-node", "nosuchnode" },
        { "unconnected", "Failed" },
        { "endless", "wait" },
        { "unknown-type", "Acme.Launch" },
        { "big", "bytes" },
        { "broken", "JSON" },
    };

    [Theory, MemberData(nameof(WrongDefinitions))]
    public async Task A_wrong_definition_is_65_and_the_finding_names_place_and_cure(string kind, string names)
    {
        using var pgw = new Pgw();
        var file = Path.Combine(pgw.Folder, kind + ".json");
        await File.WriteAllTextAsync(file, Definition(kind), TestContext.Current.CancellationToken);

        var ended = await pgw.RunAsync("workflows", "validate", file);

        Assert.Equal(65, ended.ExitCode);
        Assert.Contains($"{file}: error: ", ended.Stdout);
        Assert.Contains(names, ended.Stdout);
    }

    [Fact]
    public async Task The_shipped_definitions_are_valid_without_a_warning()
    {
        using var pgw = new Pgw();

        var ended = await pgw.RunAsync("workflows", "validate", "--json");

        Assert.Equal(0, ended.ExitCode);
        Assert.All(ended.Json.EnumerateArray(), file => Assert.Equal((true, 0), (file.GetProperty("valid").GetBoolean(), file.GetProperty("findings").GetArrayLength())));
        Assert.Equal(Runtime.ShippedDefinitions.Files.Count, ended.Json.GetArrayLength());
        Assert.InRange(Runtime.ShippedDefinitions.Files.Count, 12, 100); // two profiles of six
    }

    private static string Definition(string kind)
    {
        if (kind == "big")
            return "{\"name\": \"" + new string('x', 10_000_000) + "\"}";
        if (kind == "broken")
            return "{ \"definitionId\": ";

        var definition = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "workflows", "restore.json")))!;
        var root = definition["root"]!;
        var connections = root["connections"]!.AsArray();
        switch (kind)
        {
            case "missing-node":
                connections[0]!["target"]!["activity"] = "nosuchnode";
                break;
            case "unconnected":
                connections.Remove(connections.First(c => c!["source"]!["activity"]!.GetValue<string>() == "start" && c["source"]!["port"]!.GetValue<string>() == "Failed"));
                break;
            case "endless":
                // The loop goes straight back to the query: without a wait and without a counter.
                foreach (var connection in connections.Where(c => c!["source"]!["activity"]!.GetValue<string>() == "poll" && c["target"]!["activity"]!.GetValue<string>() == "attempts"))
                    connection!["target"]!["activity"] = "poll";
                break;
            case "unknown-type":
                root["activities"]![0]!["type"] = "Acme.Launch";
                break;
        }

        return definition.ToJsonString();
    }
}
